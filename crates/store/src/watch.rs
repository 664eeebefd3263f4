//! How long work tells how far it is, and is stopped between two pieces.

use crate::{Error, Next};

/// How far a piece of work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What is being done.
    pub stage: &'static str,
    /// How much of it is done.
    pub done: u64,
    /// How much there is; 0 if that is not known.
    pub total: u64,
}

/// Who is told of each step, and says whether to go on.
pub type Watch<'w> = &'w mut dyn FnMut(Step) -> Next;

/// Steps are told once in so many.
const TOLD_EVERY: u64 = 64;

/// Counts the steps of one stage after the other.
pub(crate) struct Counter<'w> {
    watch: Watch<'w>,
    step: Step,
}

impl<'w> Counter<'w> {
    pub(crate) fn new(watch: Watch<'w>) -> Counter<'w> {
        Counter { watch, step: Step { stage: "", done: 0, total: 0 } }
    }

    /// Begins a stage.
    pub(crate) fn begin(&mut self, stage: &'static str, total: u64) -> Result<(), Error> {
        self.step = Step { stage, done: 0, total };
        self.tell()
    }

    /// One more is done.
    pub(crate) fn one(&mut self) -> Result<(), Error> {
        self.step.done += 1;
        if self.step.done.is_multiple_of(TOLD_EVERY) { self.tell() } else { Ok(()) }
    }

    fn tell(&mut self) -> Result<(), Error> {
        match (self.watch)(self.step) {
            Next::On => Ok(()),
            Next::Stop => Err(Error::Interrupted),
        }
    }
}
