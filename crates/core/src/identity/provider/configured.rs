//! A provider as the operator has set it up, and what its dialect implies.
//!
//! There are no secrets in it: Akson shows who it is with a key (`keys`). What a dialect fixes can't be set otherwise.

use super::super::people::Kind;

/// Characters of a name.
const NAME_MAX: usize = 32;
/// Characters of an address or a text.
const TEXT_MAX: usize = 1000;
/// Names that are addresses of other pages.
const TAKEN_NAMES: &[&str] = &["sandbox", "keys", "local"];

/// How a provider says things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// HelseID, for staff.
    Helseid,
    /// ID-porten, for inhabitants.
    Idporten,
    /// Any other; its words are set.
    #[default]
    General,
}

/// A provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name here: a part of addresses.
    pub name: String,
    /// How it says things.
    pub dialect: Dialect,
    /// What people know it by.
    pub title: String,
    /// Its issuer, letter by letter.
    pub issuer: String,
    /// What it calls this server.
    pub client_id: String,
    /// What is asked for.
    pub scope: String,
    /// What kind of people it signs in.
    pub people: Kind,
    /// The least level of assurance, 1 to 4.
    pub level: u8,
    /// `acr_values` of the request; empty: as the dialect says.
    pub acr_values: String,
    /// The claim with the national number.
    pub national_claim: String,
    /// The claim with the number in the register of health personnel.
    pub hpr_claim: String,
    /// The claim with the level.
    pub level_claim: String,
    /// What its values mean: `value=4`, with spaces between.
    pub levels: String,
}

impl Default for Provider {
    fn default() -> Self {
        Provider::of("", Dialect::General)
    }
}

impl Dialect {
    /// The dialect of this name.
    pub fn named(name: &str) -> Option<Dialect> {
        match name {
            "helseid" => Some(Dialect::Helseid),
            "idporten" => Some(Dialect::Idporten),
            "general" => Some(Dialect::General),
            _ => None,
        }
    }
}

impl Provider {
    /// A provider as its dialect implies.
    pub fn of(name: &str, dialect: Dialect) -> Provider {
        let text = |text: &str| text.to_string();
        let plain = Provider {
            name: text(name),
            dialect,
            title: text(name),
            issuer: String::new(),
            client_id: String::new(),
            scope: text("openid profile"),
            people: Kind::Citizen,
            level: 4,
            acr_values: String::new(),
            national_claim: text("pid"),
            hpr_claim: String::new(),
            level_claim: text("acr"),
            levels: String::new(),
        };
        match dialect {
            Dialect::General => plain,
            Dialect::Idporten => Provider {
                title: text("ID-porten"),
                acr_values: text("idporten-loa-high"),
                levels: text("idporten-loa-low=2 idporten-loa-substantial=3 idporten-loa-high=4"),
                ..plain
            },
            Dialect::Helseid => Provider {
                title: text("HelseID"),
                people: Kind::Staff,
                scope: text(
                    "openid profile helseid://scopes/identity/pid helseid://scopes/identity/pid_pseudonym \
                     helseid://scopes/identity/security_level helseid://scopes/identity/assurance_level \
                     helseid://scopes/hpr/hpr_number",
                ),
                national_claim: text("helseid://claims/identity/pid"),
                hpr_claim: text("helseid://claims/hpr/hpr_number"),
                level_claim: text("helseid://claims/identity/security_level"),
                levels: text("1=1 2=2 3=3 4=4"),
                ..plain
            },
        }
    }

    /// Says what can't be used.
    pub fn check(&self) -> Result<(), String> {
        let named = !self.name.is_empty() && self.name.len() <= NAME_MAX && !TAKEN_NAMES.contains(&self.name.as_str());
        if !named || !self.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err(format!("a name has small letters, digits and hyphens, at most {NAME_MAX}"));
        }
        if !is_address(&self.issuer) || self.issuer.contains(['?', '#']) {
            return Err("issuer is an https address (http on this machine only), as the provider writes it".to_string());
        }
        if self.client_id.is_empty() || self.client_id.len() > TEXT_MAX {
            return Err("client_id is what the provider calls this server".to_string());
        }
        if !self.scope.split(' ').any(|scope| scope == "openid") || self.scope.len() > TEXT_MAX {
            return Err("scope begins with openid".to_string());
        }
        if !(1..=4).contains(&self.level) {
            return Err("level is 1, 2, 3 or 4".to_string());
        }
        if self.people == Kind::Operator {
            return Err("people are staff or citizens".to_string());
        }
        if self.title.trim().is_empty() || self.title.len() > TEXT_MAX {
            return Err("title is what people know the provider by".to_string());
        }
        if self.national_claim.is_empty() && self.hpr_claim.is_empty() {
            return Err("national_claim or hpr_claim names the claim by which people are found".to_string());
        }
        match self.levels.split_whitespace().all(|pair| level_of(pair).is_some()) {
            true => Ok(()),
            false => Err("levels are pairs such as idporten-loa-high=4, with spaces between".to_string()),
        }
    }

    /// The level that a value of the claim means; 0 if it means none.
    pub(super) fn level_of(&self, value: &str) -> u8 {
        let mut known = self.levels.split_whitespace().filter_map(level_of);
        known.find(|(word, _)| *word == value).map_or(0, |(_, level)| level)
    }

    /// Whether an address may be the provider's: https, or on this machine like the issuer itself.
    pub(super) fn may_be_at(&self, address: &str) -> bool {
        is_address(address) && (address.starts_with("https://") || self.issuer.starts_with("http://"))
    }
}

fn level_of(pair: &str) -> Option<(&str, u8)> {
    let (word, level) = pair.rsplit_once('=')?;
    let level = level.parse().ok().filter(|level| (1..=4).contains(level))?;
    (!word.is_empty()).then_some((word, level))
}

/// Whether an address is https, or http on this machine.
fn is_address(address: &str) -> bool {
    address.len() <= TEXT_MAX && super::super::clients::is_address(address)
}
