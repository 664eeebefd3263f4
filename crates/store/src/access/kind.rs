//! The kinds of care relations.

/// Where a relation between a patient and somebody comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The patient is on a list: `Patient.generalPractitioner`.
    List = 1,
    /// An appointment on that day.
    Visit = 2,
    /// An encounter: participants, the unit, the places.
    Stay = 3,
    /// An episode of care.
    Episode = 4,
    /// A care team.
    Team = 5,
    /// A decision on services or a referral: `ServiceRequest`.
    Decision = 6,
    /// An open task about the patient.
    Task = 7,
    /// An open message thread: a ground for its messages only.
    Message = 8,
    /// Membership in a Group, which is the one that has the relation: what a system is registered for.
    Member = 9,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 9] = [
        Kind::List,
        Kind::Visit,
        Kind::Stay,
        Kind::Episode,
        Kind::Team,
        Kind::Decision,
        Kind::Task,
        Kind::Message,
        Kind::Member,
    ];

    /// The one with this number.
    pub(crate) fn of(number: i64) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| *kind as i64 == number)
    }
}

/// Some kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KindSet(u32);

impl KindSet {
    /// None.
    pub const NONE: KindSet = KindSet(0);
    /// Those that are a ground to see the record: all but messages and memberships.
    pub const CARE: KindSet = KindSet::NONE
        .and(Kind::List)
        .and(Kind::Visit)
        .and(Kind::Stay)
        .and(Kind::Episode)
        .and(Kind::Team)
        .and(Kind::Decision)
        .and(Kind::Task);
    /// Those that are a ground to see messages.
    pub const MESSAGES: KindSet = KindSet::CARE.and(Kind::Message);

    /// These and another.
    pub const fn and(self, kind: Kind) -> KindSet {
        KindSet(self.0 | 1 << kind as u32)
    }

    /// Whether a kind is among them.
    pub const fn has(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u32) != 0
    }

    /// As bits: the kind's number.
    pub(crate) fn bits(self) -> i64 {
        i64::from(self.0)
    }
}

impl FromIterator<Kind> for KindSet {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> KindSet {
        kinds.into_iter().fold(KindSet::NONE, KindSet::and)
    }
}
