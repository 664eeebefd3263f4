//! Reads settings from a file's text and from the environment, and says what is near a wrong key.

use toml::Value;

use super::keys::{KEYS, Key};
use super::{Config, ConfigError, providers};

const PREFIX: &str = "AKSON_";
/// The table of tables of providers.
const PROVIDERS: &str = "provider";

/// Variables that other parts read themselves.
const OTHERS: &[&str] = &["AKSON_SHARED", "AKSON_DATA", "AKSON_LOG", "AKSON_TOKEN"];

/// The name of a setting's variable: `server.listen` is `AKSON_SERVER_LISTEN`.
pub fn variable(name: &str) -> String {
    format!("{PREFIX}{}", name.replace('.', "_").to_uppercase())
}

/// Puts the settings of a file in place.
pub fn file(config: &mut Config, text: &str) -> Result<(), ConfigError> {
    let tables: toml::Table = text.parse().map_err(|error| ConfigError(format!("akson.toml: {error}")))?;
    for (table, values) in tables {
        let Value::Table(values) = values else {
            return Err(unknown(&table));
        };
        if table == PROVIDERS {
            config.providers = providers::read(values)?;
            continue;
        }
        for (name, value) in values {
            let name = format!("{table}.{name}");
            let key = find(&name).ok_or_else(|| unknown(&name))?;
            let text = match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            set(config, key, &text, &name)?;
        }
    }
    Ok(())
}

/// Puts the settings of the environment in place.
pub fn environment(config: &mut Config, variables: impl Iterator<Item = (String, String)>) -> Result<(), ConfigError> {
    for (name, value) in variables {
        if !name.starts_with(PREFIX) || OTHERS.contains(&name.as_str()) {
            continue;
        }
        let key = KEYS.iter().find(|key| variable(key.name) == name);
        let key = key.ok_or_else(|| {
            let known = KEYS.iter().map(|key| variable(key.name));
            ConfigError(format!("unknown variable {name}; the nearest known one is {}", nearest(&name, known)))
        })?;
        set(config, key, &value, &name)?;
    }
    Ok(())
}

fn set(config: &mut Config, key: &Key, text: &str, name: &str) -> Result<(), ConfigError> {
    (key.set)(config, text).map_err(|error| ConfigError(format!("{name}: {error}")))
}

fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

fn unknown(name: &str) -> ConfigError {
    let known = KEYS.iter().map(|key| key.name.to_string());
    ConfigError(format!("unknown setting {name} in akson.toml; the nearest known one is {}", nearest(name, known)))
}

/// The known name with the fewest changes from this one.
pub fn nearest(name: &str, known: impl Iterator<Item = String>) -> String {
    known.min_by_key(|known| distance(name.as_bytes(), known.as_bytes())).unwrap_or_default()
}

/// Levenshtein's distance, one row at a time.
fn distance(left: &[u8], right: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let above = row[j + 1];
            let change = before + usize::from(a != b);
            row[j + 1] = change.min(above + 1).min(row[j] + 1);
            before = above;
        }
    }
    row[right.len()]
}
