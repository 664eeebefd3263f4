//! The tables `[provider.NAME]`: who says who people are, one table for each provider.
//!
//! What the kind of a provider fixes (the claims of HelseID and ID-porten) can't be set. They stand in the file only: a
//! provider has no secrets, and none is half set by a variable.

use akson_core::identity::{Dialect, Kind, Provider};
use toml::{Table, Value};

use super::ConfigError;
use super::read::nearest;

/// One setting of a provider.
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub text: &'static str,
    /// Whether only a provider of the kind `general` has it.
    general: bool,
    set: fn(&mut Provider, &str) -> Result<(), &'static str>,
}

/// The setting that says what the others are by default.
const KIND: &str = "kind";

const fn row(name: &'static str, text: &'static str, set: fn(&mut Provider, &str) -> Result<(), &'static str>) -> Row {
    Row { name, text, general: false, set }
}

const fn general(
    name: &'static str,
    text: &'static str,
    set: fn(&mut Provider, &str) -> Result<(), &'static str>,
) -> Row {
    Row { name, text, general: true, set }
}

/// Every setting.
pub const ROWS: &[Row] = &[
    row(KIND, "helseid, idporten or general", |_, _| Ok(())),
    row("title", "what people know it by", |p, text| put(&mut p.title, text)),
    row("issuer", "its issuer, letter by letter as it writes it itself", |p, text| put(&mut p.issuer, text)),
    row("client_id", "what it calls this server", |p, text| put(&mut p.client_id, text)),
    row("scope", "what is asked for", |p, text| put(&mut p.scope, text)),
    row("people", "staff or citizens", |p, text| {
        p.people = match text {
            "staff" => Kind::Staff,
            "citizens" => Kind::Citizen,
            _ => return Err("expected staff or citizens"),
        };
        Ok(())
    }),
    row("level", "the least level of assurance, 1 to 4", |p, text| {
        p.level = text.parse().map_err(|_| "expected 1, 2, 3 or 4")?;
        Ok(())
    }),
    row("acr_values", "the level that is asked for, in its words", |p, text| put(&mut p.acr_values, text)),
    general("national_claim", "the claim with the national number", |p, text| put(&mut p.national_claim, text)),
    general("hpr_claim", "the claim with the number of health personnel", |p, text| put(&mut p.hpr_claim, text)),
    general("level_claim", "the claim with the level", |p, text| put(&mut p.level_claim, text)),
    general("levels", "what its values mean, such as \"silver=3 gold=4\"", |p, text| put(&mut p.levels, text)),
];

fn put(place: &mut String, text: &str) -> Result<(), &'static str> {
    *place = text.to_string();
    Ok(())
}

/// Reads the tables, by name.
pub fn read(tables: Table) -> Result<Vec<Provider>, ConfigError> {
    tables.into_iter().map(|(name, table)| one(&name, &table)).collect()
}

fn one(name: &str, table: &Value) -> Result<Provider, ConfigError> {
    let wrong = |what: &str| ConfigError(format!("provider.{name}: {what}"));
    let Value::Table(table) = table else {
        return Err(wrong("write it as a table of its own, [provider.NAME]"));
    };
    let kind = table.get(KIND).and_then(Value::as_str);
    let dialect = kind.and_then(Dialect::named).ok_or_else(|| wrong("kind is helseid, idporten or general"))?;
    let mut provider = Provider::of(name, dialect);
    for (key, value) in table {
        let Some(row) = ROWS.iter().find(|row| row.name == key) else {
            let nearest = nearest(key, ROWS.iter().map(|row| row.name.to_string()));
            return Err(wrong(&format!("unknown setting {key}; the nearest known one is {nearest}")));
        };
        if row.general && dialect != Dialect::General {
            return Err(wrong(&format!("{key} is fixed by the kind; leave it out")));
        }
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_string);
        (row.set)(&mut provider, &text).map_err(|error| wrong(&format!("{key}: {error}")))?;
    }
    provider.check().map_err(|error| wrong(&error))?;
    Ok(provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<Provider>, String> {
        let table: Table = text.parse().unwrap();
        read(table).map_err(|error| error.0)
    }

    #[test]
    fn providers_are_read_and_what_is_wrong_is_named() {
        let good = "[helseid]\nkind = \"helseid\"\nissuer = \"https://helseid-sts.nhn.no\"\nclient_id = \"x\"\n";
        let read = read_text(good).unwrap();
        assert_eq!((read[0].people, read[0].level, read[0].title.as_str()), (Kind::Staff, 4, "HelseID"));
        for (more, words) in [
            ("levl = 3", "nearest known one is level"),
            ("level = 5", "level is 1, 2, 3 or 4"),
            ("level = \"high\"", "expected 1"),
            ("level_claim = \"acr\"", "fixed by the kind"),
            ("people = \"all\"", "expected staff"),
            ("scope = \"profile\"", "openid"),
        ] {
            let error = read_text(&format!("{good}{more}")).unwrap_err();
            assert!(error.contains("provider.helseid") && error.contains(words), "{error}");
        }
        for (text, words) in [
            ("[x]\nissuer = \"https://x.example\"", "kind is"),
            ("[x]\nkind = \"idporten\"\nissuer = \"http://x.example\"\nclient_id = \"x\"", "https"),
            ("[x]\nkind = \"idporten\"\nissuer = \"https://x.example\"", "client_id"),
            ("[keys]\nkind = \"idporten\"\nissuer = \"https://x.example\"\nclient_id = \"x\"", "name"),
            ("[x_y]\nkind = \"idporten\"\nissuer = \"https://x.example\"\nclient_id = \"x\"", "name"),
            ("x = 1", "table"),
        ] {
            let error = read_text(text).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
