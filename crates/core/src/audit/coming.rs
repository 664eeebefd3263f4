//! Lines about comings and goings: signing in and out, locks, roles, consent, tokens.
//!
//! They stand in the same log as everything else, about nobody's record, and are durable before the answer leaves. They name
//! accounts, apps and grants, never what a provider said of anybody or a secret.

use std::sync::Arc;

use akson_store::{Asked, Line, Place};

use super::Actor;
use crate::Core;
use crate::error::Error;

/// Before the numbers of what is done to records.
const FIRST: i64 = 101;
/// The outcome of what was refused.
const REFUSED: i64 = 1;
const NOWHERE: Place = Place { part: 0, rid: 0 };

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coming {
    /// Somebody signed in, or did not succeed.
    SignIn,
    /// Somebody signed out, or another took over where they were.
    SignOut,
    /// A session was locked by hand.
    Lock,
    /// Somebody came back to their own locked session.
    Unlock,
    /// Another role, or another person to act for.
    Role,
    /// A user said yes or no to an app.
    Consent,
    /// A user ended what an app may.
    Withdrawal,
    /// An app or a system got tokens.
    Token,
    /// An app got new tokens for old.
    Refresh,
    /// An app gave tokens back.
    Revoke,
}

impl Coming {
    const ALL: [Coming; 10] = [
        Coming::SignIn,
        Coming::SignOut,
        Coming::Lock,
        Coming::Unlock,
        Coming::Role,
        Coming::Consent,
        Coming::Withdrawal,
        Coming::Token,
        Coming::Refresh,
        Coming::Revoke,
    ];

    /// The number in the log.
    pub(crate) fn number(self) -> i64 {
        FIRST + self as i64
    }

    /// What a number in the log means, if it is one of these.
    pub(crate) fn of(number: i64) -> Option<Coming> {
        Coming::ALL.into_iter().find(|coming| coming.number() == number)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Coming::SignIn => "sign-in",
            Coming::SignOut => "sign-out",
            Coming::Lock => "lock",
            Coming::Unlock => "unlock",
            Coming::Role => "role",
            Coming::Consent => "consent",
            Coming::Withdrawal => "withdrawal",
            Coming::Token => "token",
            Coming::Refresh => "refresh",
            Coming::Revoke => "revoke",
        }
    }

    /// DICOM's word for it, if it has one.
    pub(crate) fn dicom(self) -> Option<(&'static str, &'static str)> {
        match self {
            Coming::SignIn | Coming::Unlock => Some(("110122", "Login")),
            Coming::SignOut | Coming::Lock => Some(("110123", "Logout")),
            _ => None,
        }
    }
}

impl Core {
    /// Leaves a line about somebody who came or went; it is durable when this is done.
    pub(crate) async fn note(&self, coming: Coming, actor: &Actor, more: String) -> Result<(), Error> {
        self.note_line(coming, actor, more, 0).await
    }

    /// The same about somebody who was refused.
    pub(crate) async fn note_refused(&self, coming: Coming, actor: &Actor, more: String) -> Result<(), Error> {
        self.note_line(coming, actor, more, REFUSED).await
    }

    async fn note_line(&self, coming: Coming, actor: &Actor, more: String, outcome: i64) -> Result<(), Error> {
        let asked = Asked { actor: actor.text().into(), query: more, ..Asked::default() };
        let line = Line {
            asked: Arc::new(asked),
            place: NOWHERE,
            type_number: 0,
            version: 0,
            action: coming.number(),
            outcome,
        };
        Ok(self.store().note(Arc::new(vec![line])).await?)
    }
}
