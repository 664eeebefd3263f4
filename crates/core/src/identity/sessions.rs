//! Sessions of people in a browser.
//!
//! The browser holds a random secret, the store its hash. The secret changes at sign-in and with every change of role;
//! a session without anybody for fifteen minutes is locked until the same person signs in again, and the database forgets
//! it after a day. Ending one ends it for the next request. What it does not do: cookies.

use akson_store::Session;
use sha2::{Digest, Sha256};

use super::Identity;
use super::people::{NoCaller, SignedIn};
use crate::audit::Coming;
use crate::caller::Caller;
use crate::error::Error;

/// Without anybody for so long, a session is locked: microseconds.
pub const IDLE_MAX: i64 = 15 * 60 * 1_000_000;
/// After so long somebody must sign in anew, whatever they do.
pub const LENGTH_MAX: i64 = 12 * 60 * 60 * 1_000_000;
/// A session in which nobody was for so long is forgotten.
const FORGOTTEN_AFTER: i64 = 24 * 60 * 60 * 1_000_000;
/// How far what is kept of somebody's presence may lag behind.
const SEEN_LAG: i64 = 30 * 1_000_000;
/// Characters of a secret.
const SECRET_LENGTH: usize = 64;

/// A session, as its owner's requests see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionSeen {
    /// The session's own name; it stays when the secret changes.
    pub id: String,
    /// Who is signed in.
    pub signed: SignedIn,
    /// Who said who it is.
    pub provider: String,
    /// When they signed in.
    pub begun: i64,
    /// Whether it waits for the same person to sign in again.
    pub locked: bool,
}

impl Identity<'_> {
    /// The session with this secret, if there is one; it notes that somebody is there.
    pub fn session(&self, secret: &str, moment: i64) -> Result<Option<SessionSeen>, Error> {
        let Some((kept, locked)) = self.kept(secret, moment)? else { return Ok(None) };
        if !locked && kept.seen + SEEN_LAG <= moment {
            let hash = kept.hash.clone();
            // Nobody waits for it: lost, it only locks half a minute early.
            drop(self.core.store().write(move |tx| tx.touch_session(&hash, moment)));
        }
        Ok(Some(seen(kept, locked)))
    }

    /// The same, but it notes nothing: a page that waits is nobody.
    pub fn look_at_session(&self, secret: &str, moment: i64) -> Result<Option<SessionSeen>, Error> {
        Ok(self.kept(secret, moment)?.map(|(kept, locked)| seen(kept, locked)))
    }

    fn kept(&self, secret: &str, moment: i64) -> Result<Option<(Session, bool)>, Error> {
        if secret.len() != SECRET_LENGTH {
            return Ok(None);
        }
        let kept = self.core.store().read()?.session(&hash(secret))?;
        let kept = kept.filter(|kept| moment < kept.begun + LENGTH_MAX);
        Ok(kept.map(|kept| {
            let locked = kept.locked || kept.seen + IDLE_MAX <= moment;
            (kept, locked)
        }))
    }

    /// The caller of a session.
    pub fn caller_of_session(&self, session: &SessionSeen, moment: i64, request: &str) -> Result<Caller, NoCaller> {
        if session.locked {
            return Err(NoCaller::Closed);
        }
        self.caller_for(&session.signed, moment, request)
    }

    /// Whether a session of this account goes on: tokens given for its time end with it.
    pub fn session_goes_on(&self, account: &str, id: &str) -> Result<bool, Error> {
        Ok(self.core.store().read()?.has_session(account, id)?)
    }

    /// Begins a session; the answer is its secret.
    pub async fn begin_session(&self, signed: SignedIn, provider: &str) -> Result<String, Error> {
        let now = self.core.now();
        self.keep_session(new_session(crate::random_name(), signed, provider, (now, now)), None).await
    }

    /// Goes on with a session in another role or after a lock, under a new secret; the old one ends.
    pub async fn go_on(&self, secret: &str, session: &SessionSeen, signed: SignedIn) -> Result<String, Error> {
        let now = self.core.now();
        let new = new_session(session.id.clone(), signed, &session.provider, (session.begun, now));
        self.keep_session(new, Some(hash(secret))).await
    }

    async fn keep_session(&self, mut new: Session, instead: Option<Vec<u8>>) -> Result<String, Error> {
        let secret = format!("{}{}", crate::random_name(), crate::random_name());
        new.hash = hash(&secret);
        let kept = self.core.store().write(move |tx| {
            tx.forget_sessions(new.seen - FORGOTTEN_AFTER)?;
            if let Some(old) = instead
                && !tx.end_session(&old)?
            {
                // Signed out in the meantime: it must not come back.
                return Ok(false);
            }
            tx.add_session(&new)?;
            Ok(true)
        });
        match kept.await? {
            true => Ok(secret),
            false => Err(Error::Conflict("the session has ended".to_string())),
        }
    }

    /// Goes on in another role, or for somebody else.
    pub async fn change_role(&self, secret: &str, session: &SessionSeen, signed: SignedIn) -> Result<String, Error> {
        let new = self.go_on(secret, session, signed.clone()).await?;
        self.note(Coming::Role, &signed, format!("session {}", session.id)).await?;
        Ok(new)
    }

    /// Locks a session.
    pub async fn lock_session(&self, secret: &str) -> Result<(), Error> {
        let hash = hash(secret);
        let known = self.core.store().read()?.session(&hash)?;
        self.core.store().write(move |tx| tx.lock_session(&hash)).await?;
        self.note_session(Coming::Lock, known).await
    }

    /// Ends a session.
    pub async fn end_session(&self, secret: &str) -> Result<bool, Error> {
        let hash = hash(secret);
        let known = self.core.store().read()?.session(&hash)?;
        let ended = self.core.store().write(move |tx| tx.end_session(&hash)).await?;
        self.note_session(Coming::SignOut, known.filter(|_| ended)).await?;
        Ok(ended)
    }

    async fn note_session(&self, coming: Coming, known: Option<Session>) -> Result<(), Error> {
        let Some(known) = known else { return Ok(()) };
        let seen = seen(known, false);
        self.note(coming, &seen.signed, format!("session {}", seen.id)).await
    }

    /// Ends every session of an account.
    pub async fn end_sessions_of(&self, account: &str) -> Result<usize, Error> {
        let account = account.to_string();
        Ok(self.core.store().write(move |tx| tx.end_sessions_of(&account)).await?)
    }
}

fn new_session(id: String, signed: SignedIn, provider: &str, (begun, seen): (i64, i64)) -> Session {
    Session {
        hash: Vec::new(),
        id,
        account: signed.account,
        role: signed.role,
        provider: provider.to_string(),
        level: signed.level.into(),
        begun,
        seen,
        locked: false,
    }
}

fn seen(kept: Session, locked: bool) -> SessionSeen {
    let level = u8::try_from(kept.level).unwrap_or(0);
    let signed = SignedIn { account: kept.account, role: kept.role, level };
    SessionSeen { id: kept.id, signed, provider: kept.provider, begun: kept.begun, locked }
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}
