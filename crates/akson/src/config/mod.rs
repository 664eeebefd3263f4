//! The settings: defaults, then `akson.toml`, then the environment (`AKSON_…`), then the command.
//!
//! Every setting is one row of `keys::KEYS`; the file, the environment and `akson config` are read
//! from that table, so a setting can't be undocumented. An unknown key is an error that names the
//! nearest known one. Providers of sign-in stand in tables of their own, `[provider.NAME]`, in the
//! file only. There are no secrets in the settings.

pub mod keys;
pub mod limits;
mod providers;
mod read;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use akson_core::identity::Provider;

use self::limits::Limits;

/// All settings of a process.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder of the database.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The address that others use for the FHIR base; empty: as the request's Host says.
    pub public_url: String,
    /// Whether resources are validated before they are written.
    pub validate: bool,
    /// Inhabitants of the synthetic municipality that a new sandbox begins with; 0: none.
    pub sample: u64,
    /// Whether a new database is a sandbox.
    pub sandbox: bool,
    /// Whether each request leaves a line in the access log.
    pub access_log: bool,
    /// Threads that take requests and answer what takes microseconds.
    pub workers: usize,
    /// Threads for longer work: searches over many, checking and preparing what is written.
    pub helpers: usize,
    /// The community's number as controller in each row.
    pub controller: i64,
    /// Who says who people are.
    pub providers: Vec<Provider>,
    /// Whether the keys of clients may be fetched from this machine.
    pub keys_from_here: bool,
    /// Proxies in front of the server, whose word for who asks is taken.
    pub proxies: Vec<IpAddr>,
    /// What is too much.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            data: PathBuf::from("akson-data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: String::new(),
            validate: true,
            sample: 200,
            sandbox: true,
            access_log: true,
            workers: cores().div_ceil(2),
            helpers: cores().max(2),
            controller: 0,
            providers: Vec::new(),
            keys_from_here: false,
            proxies: Vec::new(),
            limits: Limits::default(),
        }
    }
}

/// Cores of this machine.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A setting that can't be used, in words for the operator.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl Config {
    /// Reads `akson.toml` in the current folder, if it is there, and the environment.
    pub fn load() -> Result<Config, ConfigError> {
        let text = match std::fs::read_to_string("akson.toml") {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(ConfigError(format!("reading akson.toml: {error}"))),
        };
        Config::from_parts(&text, std::env::vars())
    }

    /// How the record is opened with these settings.
    pub fn core(&self) -> akson_core::Settings {
        akson_core::Settings {
            base: self.public_url.clone(),
            controller: self.controller,
            validate: self.validate,
            limits: self.limits.record.clone(),
            ..akson_core::Settings::default()
        }
    }

    /// The settings from the text of a file and the variables of an environment.
    pub fn from_parts(text: &str, environment: impl Iterator<Item = (String, String)>) -> Result<Config, ConfigError> {
        let mut config = Config::default();
        read::file(&mut config, text)?;
        read::environment(&mut config, environment)?;
        Ok(config)
    }
}

/// The commented defaults, as a file that may be used as it is.
pub fn manual() -> String {
    let mut out = String::from("# akson.toml: every setting with its default.\n");
    let mut section = "";
    for key in keys::KEYS {
        let (table, name) = key.name.split_once('.').unwrap_or(("", key.name));
        if table != section {
            out.push_str(&format!("\n[{table}]\n"));
            section = table;
        }
        let variable = read::variable(key.name);
        out.push_str(&format!("# {} ({variable})\n", key.text));
        out.push_str(&format!("# {name} = {}\n", key.default));
    }
    out.push_str("\n# [provider.NAME]: who says who people are; any number, in this file only\n");
    for row in providers::ROWS {
        out.push_str(&format!("# provider.NAME.{}: {}\n", row.name, row.text));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let variables = variables.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        Config::from_parts(text, variables).map_err(|error| error.0)
    }

    #[test]
    fn unknown_key_names_the_nearest() {
        let error = from("[server]\nlisen = \"127.0.0.1:1\"", &[]).unwrap_err();
        assert!(error.contains("server.listen"), "{error}");
        let error = from("", &[("AKSON_SERVER_LISTN", "x")]).unwrap_err();
        assert!(error.contains("AKSON_SERVER_LISTEN"), "{error}");
    }

    #[test]
    fn wrong_value_is_refused_with_the_key() {
        let error = from("[limits]\nbody_bytes = \"many\"", &[]).unwrap_err();
        assert!(error.contains("limits.body_bytes"), "{error}");
    }

    #[test]
    fn environment_wins_over_the_file() {
        let config =
            from("[server]\nlisten = \"127.0.0.1:1\"", &[("AKSON_SERVER_LISTEN", "127.0.0.1:2"), ("HOME", "/")])
                .unwrap();
        assert_eq!(config.listen.port(), 2);
    }

    #[test]
    fn the_manual_without_its_comment_signs_is_the_default() {
        let text: String = manual()
            .lines()
            .map(|line| {
                let bare = line.trim_start_matches("# ");
                let key = bare.split(" = ").next().unwrap_or("");
                let known = keys::KEYS.iter().any(|known| known.name.ends_with(&format!(".{key}")));
                if known { format!("{bare}\n") } else { format!("{line}\n") }
            })
            .collect();
        let config = from(&text, &[]).unwrap();
        assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
    }
}
