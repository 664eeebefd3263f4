//! Settles a synthetic municipality in a record: transactions through the door, some at a time.
//!
//! Each goes in whole or not at all, under a key made of its content: what is there already is not loaded again, and what
//! somebody has changed since stays changed. Promise: a record that may hold real people is refused.

use std::collections::BTreeMap;

use akson_core::identity::SignedIn;
use akson_core::sight::OpeningKind;
use akson_core::{Caller, Core, EntryAnswer, Reason};
use akson_fhir::json::write_string;
use akson_fhir::resource::Resource;
use tokio::task::JoinSet;

use super::command::Failure;
use crate::demo::{self, Made, Piece, Plan};

/// Resources that go in together, or a few more: households stay whole.
const TOGETHER: usize = 500;
/// Transactions under way.
const UNDER_WAY: usize = 3;
/// Who sees a record in an emergency opening: the account, its role, the patient, why.
const OPENINGS: &[(&str, &str, &str, &str)] = &[
    (
        "hedda-legevakt",
        "hedda-legevakt-role",
        "borghild-testesen",
        "Funnet på gulvet hjemme, trenger legemiddelliste og allergier",
    ),
    ("hedda-legevakt", "hedda-legevakt-role", "ukjent-mann", "Bevisstløs ved ankomst, ukjent identitet"),
];

/// What was settled.
#[derive(Default)]
pub struct Settled {
    /// Inhabitants.
    pub patients: u64,
    /// Resources by type, those that were there already too.
    pub counts: BTreeMap<&'static str, u64>,
    /// Resources that were there already.
    pub already: u64,
}

impl Settled {
    /// All resources.
    pub fn resources(&self) -> u64 {
        self.counts.values().sum()
    }
}

/// Makes an empty record a sandbox, or sees that it is one.
pub async fn claim(core: &Core) -> Result<(), Failure> {
    if core.is_empty()? && !core.identity().is_sandbox()? {
        core.identity().make_sandbox().await?;
    }
    match core.identity().is_sandbox()? {
        true => Ok(()),
        false => Err("this record is no sandbox, it may hold real people: name another folder with --data".into()),
    }
}

/// Settles the municipality of a plan; `go_on` is told how far it is, and says whether to go on.
pub async fn settle(core: &Core, plan: Plan, mut go_on: impl FnMut(&Settled) -> bool) -> Result<Settled, Failure> {
    let mut settled = Settled::default();
    let mut under_way: JoinSet<Result<u64, String>> = JoinSet::new();
    let mut groups = Groups(demo::pieces(plan));
    while let Some(group) = groups.next_group() {
        if under_way.len() >= UNDER_WAY {
            ended(&mut settled, under_way.join_next().await)?;
        }
        settled.patients += group.patients;
        group.made.iter().for_each(|made| *settled.counts.entry(made.kind).or_default() += 1);
        if !go_on(&settled) {
            break;
        }
        let core = core.clone();
        under_way.spawn(async move { put(&core, &group.made).await });
    }
    while let Some(done) = under_way.join_next().await {
        ended(&mut settled, Some(done))?;
    }
    if settled.already == 0 {
        openings(core).await;
    }
    Ok(settled)
}

type Done = Option<Result<Result<u64, String>, tokio::task::JoinError>>;

fn ended(settled: &mut Settled, done: Done) -> Result<(), Failure> {
    match done {
        Some(Ok(Ok(already))) => settled.already += already,
        Some(Ok(Err(failure))) => return Err(failure.into()),
        Some(Err(failure)) => return Err(failure.into()),
        None => {}
    }
    Ok(())
}

/// Pieces, as many together as go into one transaction.
pub struct Groups(pub demo::Pieces);

impl Groups {
    /// The next ones.
    pub fn next_group(&mut self) -> Option<Piece> {
        let mut group = self.0.next()?;
        while group.made.len() < TOGETHER {
            let Some(piece) = self.0.next() else { break };
            group.patients += piece.patients;
            group.made.extend(piece.made);
        }
        Some(group)
    }
}

/// A transaction that puts each resource under its own id.
pub fn transaction(made: &[Made]) -> String {
    let size: usize = made.iter().map(|one| one.text.len() + one.address.len() + 60).sum();
    let mut out = String::with_capacity(size + 80);
    out.push_str("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[");
    for (at, one) in made.iter().enumerate() {
        out.push_str(if at == 0 { "{\"resource\":" } else { ",{\"resource\":" });
        out.push_str(&one.text);
        out.push_str(",\"request\":{\"method\":\"PUT\",\"url\":");
        write_string(&mut out, &one.address);
        out.push_str("}}");
    }
    out.push_str("]}");
    out
}

/// Puts resources in; how many were there already.
async fn put(core: &Core, made: &[Made]) -> Result<u64, String> {
    let text = transaction(made);
    let key = format!("demo-{}", akson_core::fingerprint(text.as_bytes()));
    let first = |issues: Vec<akson_fhir::outcome::Issue>| issues.first().map(ToString::to_string).unwrap_or_default();
    let bundle = Resource::parse_json(text.as_bytes()).map_err(first)?;
    let record = core.record(Caller::job("demo", core.now()).once(&key));
    let already = record.was_done().map_err(|error| error.to_string())?;
    let answers = record.transact(&bundle, "").await.map_err(|error| error.to_string())?;
    for answer in answers {
        if let EntryAnswer::Refused(error) = answer {
            return Err(format!("an entry was refused: {error}"));
        }
    }
    Ok(if already { made.len() as u64 } else { 0 })
}

/// Opens some records in an emergency, as somebody on duty does. They end by themselves; if one fails, that is no matter.
async fn openings(core: &Core) {
    for (person, role, patient, text) in OPENINGS {
        let Ok(account) = core.identity().sandbox_account(person).await else { continue };
        let signed = SignedIn { account: account.id, role: (*role).to_owned(), level: 4 };
        let Ok(caller) = core.identity().caller_for(&signed, core.now(), "") else { continue };
        let reason = Reason { code: "HPAKUTT".to_owned(), text: (*text).to_owned() };
        let opened = core.record(caller).open(patient, OpeningKind::Emergency, reason).await;
        if let Err(error) = opened {
            tracing::debug!(%error, "an opening of the municipality");
        }
    }
}
