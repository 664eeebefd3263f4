//! The table of settings: name, default as written in a file, what it is for, how it is set.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use super::Config;

/// One setting.
pub struct Key {
    /// The table and the name: `server.listen`.
    pub name: &'static str,
    /// The default as TOML.
    pub default: &'static str,
    /// What it is for.
    pub text: &'static str,
    /// Puts a value into the settings; the error says what is expected.
    pub set: fn(&mut Config, &str) -> Result<(), String>,
}

/// Every setting, by table.
pub const KEYS: &[Key] = &[
    Key {
        name: "store.data",
        default: "\"akson-data\"",
        text: "folder of the database",
        set: |config, text| put(&mut config.data, text, "a folder"),
    },
    Key {
        name: "store.controller",
        default: "0",
        text: "number of the municipality that answers for new resources",
        set: |config, text| put(&mut config.controller, text, "a whole number"),
    },
    Key {
        name: "store.sample",
        default: "200",
        text: "inhabitants of the synthetic municipality that a new sandbox begins with; 0: none",
        set: |config, text| match text {
            "false" => put(&mut config.sample, "0", ""),
            _ => put(&mut config.sample, text, "a whole number"),
        },
    },
    Key {
        name: "store.sandbox",
        default: "true",
        text: "make a new database a sandbox: invented people only, whom anybody on this machine can sign in as",
        set: |config, text| put(&mut config.sandbox, text, "true or false"),
    },
    Key {
        name: "server.listen",
        default: "\"127.0.0.1:8080\"",
        text: "address and port to listen on",
        set: |config, text| put(&mut config.listen, text, "address:port"),
    },
    Key {
        name: "server.public_url",
        default: "\"\"",
        text: "FHIR base as others see it, such as https://record.example.no/fhir; empty: from the request",
        set: |config, text| put(&mut config.public_url, text.trim_end_matches('/'), "an address"),
    },
    Key {
        name: "server.proxies",
        default: "\"\"",
        text: "addresses of proxies in front of the server, with spaces between: their X-Forwarded-For says who asks",
        set: |config, text| {
            let all: Result<Vec<IpAddr>, _> = text.split_whitespace().map(str::parse).collect();
            config.proxies =
                all.map_err(|_| "expected addresses such as 127.0.0.1, with spaces between".to_string())?;
            Ok(())
        },
    },
    Key {
        name: "server.keys_from_here",
        default: "false",
        text: "fetch the keys of registered clients from this machine too, for trying things out",
        set: |config, text| put(&mut config.keys_from_here, text, "true or false"),
    },
    Key {
        name: "server.access_log",
        default: "true",
        text: "one line per request on standard output, without personal data",
        set: |config, text| put(&mut config.access_log, text, "true or false"),
    },
    Key {
        name: "server.workers",
        default: "0",
        text: "threads that take requests and answer short ones; 0: half as many as cores",
        set: |config, text| put_or_keep(&mut config.workers, text),
    },
    Key {
        name: "server.helpers",
        default: "0",
        text: "threads for longer work, such as searches and writes; 0: as many as cores, at least 2",
        set: |config, text| put_or_keep(&mut config.helpers, text),
    },
    Key {
        name: "record.validate",
        default: "true",
        text: "validate resources before they are written",
        set: |config, text| put(&mut config.validate, text, "true or false"),
    },
    Key {
        name: "limits.body_bytes",
        default: "10485760",
        text: "bytes of a body, after decompression",
        set: |config, text| put(&mut config.limits.body_bytes, text, "a number of bytes"),
    },
    Key {
        name: "limits.bundle_bytes",
        default: "52428800",
        text: "bytes of a batch or transaction, after decompression",
        set: |config, text| put(&mut config.limits.bundle_bytes, text, "a number of bytes"),
    },
    Key {
        name: "limits.url_bytes",
        default: "16384",
        text: "bytes of an address with its query",
        set: |config, text| put(&mut config.limits.url_bytes, text, "a number of bytes"),
    },
    Key {
        name: "limits.query_parameters",
        default: "200",
        text: "parameters of a query",
        set: |config, text| put(&mut config.limits.query_parameters, text, "a whole number"),
    },
    Key {
        name: "limits.connections",
        default: "4096",
        text: "connections at the same time",
        set: |config, text| put(&mut config.limits.connections, text, "a whole number"),
    },
    Key {
        name: "limits.request_seconds",
        default: "60",
        text: "how long a request may take",
        set: |config, text| seconds(&mut config.limits.request_time, text),
    },
    Key {
        name: "limits.head_seconds",
        default: "15",
        text: "how long a client may take to send the head of a request",
        set: |config, text| seconds(&mut config.limits.head_time, text),
    },
    Key {
        name: "limits.stop_seconds",
        default: "10",
        text: "how long a stop waits for requests in flight",
        set: |config, text| seconds(&mut config.limits.stop_time, text),
    },
    Key {
        name: "limits.outgoing_seconds",
        default: "10",
        text: "how long a provider or a client may take to answer this server",
        set: |config, text| seconds(&mut config.limits.outgoing_time, text),
    },
    Key {
        name: "limits.entries",
        default: "20000",
        text: "entries of a batch or transaction",
        set: |config, text| put(&mut config.limits.record.entries, text, "a whole number"),
    },
    Key {
        name: "limits.page",
        default: "1000",
        text: "versions on one page of a history",
        set: |config, text| put(&mut config.limits.record.page, text, "a whole number"),
    },
    Key {
        name: "limits.everything",
        default: "20000",
        text: "resources in the answer of $everything",
        set: |config, text| put(&mut config.limits.record.everything, text, "a whole number"),
    },
];

fn put<T: FromStr>(place: &mut T, text: &str, expected: &str) -> Result<(), String> {
    *place = text.parse().map_err(|_| format!("expected {expected}"))?;
    Ok(())
}

/// 0 leaves the choice to the program.
fn put_or_keep(place: &mut usize, text: &str) -> Result<(), String> {
    let mut number = 0;
    put(&mut number, text, "a number of threads")?;
    if number > 0 {
        *place = number;
    }
    Ok(())
}

fn seconds(place: &mut Duration, text: &str) -> Result<(), String> {
    let mut whole = 0_u64;
    put(&mut whole, text, "a number of seconds")?;
    *place = Duration::from_secs(whole);
    Ok(())
}
