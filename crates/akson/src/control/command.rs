//! What a command is: its words, what it needs, what it does, and how it can end.

use clap::ArgMatches;

use super::desk::Desk;

/// A command's failure, in words for the operator.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a command needs before it can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// No record: [`Desk::core`] refuses.
    Nothing,
    /// A record that is there.
    Record,
    /// A record; a new one is made if there is none.
    RecordOrNew,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All that was asked for is done.
    Done,
    /// It ran, and something is wrong or was refused; the lines say what.
    Wanting,
    /// The operator stopped it.
    Stopped,
}

impl Ending {
    /// The exit code of the process.
    pub fn code(self) -> u8 {
        match self {
            Ending::Done => 0,
            Ending::Wanting => 1,
            Ending::Stopped => 130,
        }
    }
}

/// A command; its fields are its words (`clap::Args`).
pub trait Command: clap::Args + Send + 'static {
    /// Its name on the command line.
    const NAME: &'static str;
    /// What it does, in a line.
    const ABOUT: &'static str;

    /// What it needs.
    fn needs(&self) -> Needs {
        Needs::Record
    }

    /// Does it. It may run beside traffic and beside others of its kind, and may end at any line with the process.
    fn run(&self, desk: &Desk) -> Result<Ending, Failure>;
}

/// A command's row in the table.
pub struct Row {
    /// Its name.
    pub name: &'static str,
    about: &'static str,
    words: fn(clap::Command) -> clap::Command,
    read: fn(&ArgMatches) -> Result<Asked, clap::Error>,
}

/// The row of a command.
pub const fn row<C: Command>() -> Row {
    Row { name: C::NAME, about: C::ABOUT, words: C::augment_args, read: read::<C> }
}

fn read<C: Command>(matches: &ArgMatches) -> Result<Asked, clap::Error> {
    let command = C::from_arg_matches(matches)?;
    Ok(Asked { needs: command.needs(), run: Box::new(move |desk| command.run(desk)) })
}

type Work = Box<dyn FnOnce(&Desk) -> Result<Ending, Failure> + Send>;

/// A command with its words, ready to run.
pub struct Asked {
    /// What it needs.
    pub needs: Needs,
    run: Work,
}

impl Asked {
    /// Runs it.
    pub fn run(self, desk: &Desk) -> Result<Ending, Failure> {
        (self.run)(desk)
    }
}

impl Row {
    /// The command as the reader of command lines knows it.
    pub fn words(&self) -> clap::Command {
        (self.words)(clap::Command::new(self.name).about(self.about))
    }

    /// The command with the words that were found.
    pub fn read(&self, matches: &ArgMatches) -> Result<Asked, clap::Error> {
        (self.read)(matches)
    }
}
