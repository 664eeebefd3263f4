//! Queries in tokens: an address that asks what a form asked, and holds nothing that anybody could read.
//!
//! What a client sends in a form (an identifier, a name) must not come back in an address, since addresses stand in logs and
//! histories. The token is encrypted and authenticated with a key of the database and bound to the place that is searched
//! and to the caller's sight. Two tokens of the same query differ, so nobody can guess by comparing.
//! What it does not do: keep anything; the query stands in the token.

use std::hash::{DefaultHasher, Hash, Hasher};

use akson_fhir::outcome::Issue;
use akson_store::View;
use akson_store::search::page::{Bond, open_bytes, seal_bytes};
use akson_store::search::sight::Sight;

use super::Record;
use super::search::{Found, PAGE, SearchOf};
use crate::access::Action;
use crate::error::Error;
use crate::query::{self, Pair};

/// How a token begins that holds a query; no other does.
const MARK: char = '~';

/// Whether these parameters hold a query in a token.
pub fn is_sealed(pairs: &[Pair]) -> bool {
    pairs.iter().any(|(name, value)| name == PAGE && value.starts_with(MARK))
}

impl Record {
    /// A token that asks the same for this caller, on the page with this token.
    pub fn sealed(&self, of: &SearchOf, found: &Found, page: Option<&str>) -> Result<String, Error> {
        let sight = self.granted(Action::Search, of.type_name.unwrap_or(""))?;
        let mut pairs = found.used.clone();
        pairs.extend(page.map(|token| (PAGE.to_string(), token.to_string())));
        // An answer that is told again under its key is the same, byte for byte.
        let own = match &self.caller.once {
            Some(key) => format!("{key} {}", query::print(&pairs)),
            None => format!("{} {}", self.caller.moment, self.caller.request),
        };
        let own = crate::fingerprint(own.as_bytes());
        let mut text = own.into_bytes();
        text.truncate(OWN_BYTES);
        text.extend(query::print(&pairs).into_bytes());
        let view = self.view()?;
        Ok(format!("{MARK}{}", seal_bytes(view.token_key(), bond(of, &sight), text)))
    }

    /// The query that these parameters hold in a token, or these themselves.
    pub(super) fn unsealed(
        &self,
        view: &View,
        of: &SearchOf,
        sight: &Sight,
        pairs: &[Pair],
    ) -> Result<Vec<Pair>, Error> {
        let refused = |text| Error::Malformed(vec![Issue::error("invalid", "http._page", text)]);
        let [(name, value)] = pairs else {
            return match is_sealed(pairs) {
                true => Err(refused("the address of such a page takes no other search parameters")),
                false => Ok(pairs.to_vec()),
            };
        };
        let Some(token) = value.strip_prefix(MARK).filter(|_| name == PAGE) else {
            return Ok(pairs.to_vec());
        };
        let text = open_bytes(view.token_key(), bond(of, sight), token);
        let text = text.and_then(|bytes| String::from_utf8(bytes.get(OWN_BYTES..)?.to_vec()).ok());
        let pairs = text.and_then(|text| query::parse(&text).ok());
        pairs.ok_or_else(|| refused("this page does not belong to this search; begin it again"))
    }
}

/// What makes two tokens of the same query differ.
const OWN_BYTES: usize = 16;

fn bond(of: &SearchOf, sight: &Sight) -> Bond {
    let mut hasher = DefaultHasher::new();
    ("sealed", of.path()).hash(&mut hasher);
    Bond { query: hasher.finish(), sight: sight.fingerprint() }
}
