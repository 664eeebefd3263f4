//! Accounts: who may sign in, and whom of the record they are.
//!
//! An account never holds a national number: its subject is a hash under a key of this database, and the person's facts
//! stand in the record alone. What it does not do: decide who gets one.

use std::sync::OnceLock;

use akson_fhir::definition::Definitions;

use crate::engine::Bind::{Bytes, Int, Text};
use crate::engine::Row;
use crate::settings;
use crate::types;
use crate::writer::Transaction;
use crate::{Error, View};

/// Types of resources that say who somebody at work is.
const ABOUT_STAFF: [&str; 7] = [
    "CareTeam",
    "HealthcareService",
    "Location",
    "Organization",
    "OrganizationAffiliation",
    "Practitioner",
    "PractitionerRole",
];

/// Whether resources of the type with this number say who somebody at work is.
pub(crate) fn is_about_staff(type_number: i64) -> bool {
    static NUMBERS: OnceLock<Vec<i64>> = OnceLock::new();
    let found = |name: &&str| Definitions::r4().resource(name).map(|found| types::number(found.id));
    NUMBERS.get_or_init(|| ABOUT_STAFF.iter().filter_map(found).collect()).contains(&type_number)
}

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// A random name that stays.
    pub id: String,
    /// 1 staff, 2 citizen, 3 operator of a sandbox.
    pub kind: i64,
    /// Whether it may be used.
    pub open: bool,
    /// The id of the Practitioner, if it is one.
    pub practitioner: String,
    /// The id of the Patient, if it is one.
    pub patient: String,
    /// Who said first who it is.
    pub provider: String,
    /// The number or name that it is bound to, hashed.
    pub subject: Vec<u8>,
    /// When it was made.
    pub made: i64,
}

/// The columns of an account, in the order that [`account`] reads.
macro_rules! columns {
    () => {
        "id, kind, open, practitioner, patient, provider, subject, made"
    };
}

fn account(row: &Row<'_>) -> Result<Account, Error> {
    Ok(Account {
        id: row.text(0)?.to_owned(),
        kind: row.int(1)?,
        open: row.int(2)? == 1,
        practitioner: row.text(3)?.to_owned(),
        patient: row.text(4)?.to_owned(),
        provider: row.text(5)?.to_owned(),
        subject: row.bytes(6)?.to_vec(),
        made: row.int(7)?,
    })
}

impl View {
    /// An account by its name.
    pub fn account(&self, id: &str) -> Result<Option<Account>, Error> {
        let sql = concat!("SELECT ", columns!(), " FROM account WHERE id = $1 ORDER BY id LIMIT 1");
        self.connection.one(sql, &[Text(id)], account)
    }

    /// The account of a person.
    pub fn account_of(&self, kind: i64, practitioner: &str, patient: &str) -> Result<Option<Account>, Error> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            " FROM account WHERE kind = $1 AND practitioner = $2 AND patient = $3 ORDER BY id LIMIT 1"
        );
        self.connection.one(sql, &[Int(kind), Text(practitioner), Text(patient)], account)
    }

    /// Accounts by name, after one.
    pub fn accounts(&self, after: &str, count: usize) -> Result<Vec<Account>, Error> {
        let sql = concat!("SELECT ", columns!(), " FROM account WHERE id > $1 ORDER BY id LIMIT $2");
        self.connection.query(sql, &[Text(after), Int(count as i64)], account)
    }

    /// Whether this database was made as a sandbox: with invented people only.
    pub fn is_sandbox(&self) -> Result<bool, Error> {
        Ok(settings::get(&self.connection, "sandbox")?.is_some())
    }

    /// The municipality that this server writes for.
    pub fn controller(&self) -> i64 {
        self.shared.options.controller
    }

    /// The key under which subjects are hashed and forms are signed.
    pub fn identity_key(&self) -> &[u8; 16] {
        &self.shared.identity_key
    }
}

impl Transaction<'_> {
    /// Keeps a new account.
    pub fn add_account(&mut self, new: &Account) -> Result<(), Error> {
        let sql = "INSERT INTO account (id, kind, open, practitioner, patient, provider, subject, made) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let person = [Text(&new.id), Int(new.kind), Int(new.open.into()), Text(&new.practitioner), Text(&new.patient)];
        let named = [Text(&new.provider), Bytes(&new.subject), Int(new.made)];
        self.connection.execute(sql, &[person.as_slice(), &named].concat())?;
        self.gathered.identities = true;
        Ok(())
    }

    /// Binds an account to what a provider says.
    pub fn bind_account(&mut self, id: &str, provider: &str, subject: &[u8]) -> Result<(), Error> {
        let sql = "UPDATE account SET provider = $1, subject = $2 WHERE id = $3";
        self.connection.execute(sql, &[Text(provider), Bytes(subject), Text(id)])?;
        self.gathered.identities = true;
        Ok(())
    }

    /// Opens or closes an account; whether there is one. Closing ends its sessions.
    pub fn set_account(&mut self, id: &str, open: bool) -> Result<bool, Error> {
        let sql = "UPDATE account SET open = $1 WHERE id = $2";
        let changed = self.connection.execute(sql, &[Int(open.into()), Text(id)])?;
        self.gathered.identities = true;
        if !open {
            self.end_sessions_of(id)?;
        }
        Ok(changed > 0)
    }

    /// Marks this database as a sandbox, for good.
    pub fn mark_sandbox(&mut self) -> Result<(), Error> {
        self.gathered.identities = true;
        settings::put(&self.connection, "sandbox", &[1])
    }
}
