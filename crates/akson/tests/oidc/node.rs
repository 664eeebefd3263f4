//! The certified provider: the npm package `oidc-provider`, installed by npm and run by node.
//!
//! Where either is missing, or the packages can't be had, the tests that need it say so and are counted as skipped.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};

/// A running provider.
pub struct Node {
    child: Child,
    /// It ends if nobody can read what it says.
    _said: BufReader<ChildStdout>,
    pub issuer: String,
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What it is told.
pub struct Told<'t> {
    /// The port to listen on.
    pub port: u16,
    /// The public keys of the client.
    pub keys: Value,
    /// Where it may send browsers back to.
    pub redirect: String,
    /// People by login: their claims and how sure it is.
    pub accounts: Value,
    /// Claims by scope.
    pub claims: Value,
    /// With what the client signs.
    pub signing: &'t str,
}

/// A port that nobody has.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Starts it; nothing, said aloud, where that can't be done.
pub fn start(told: &Told<'_>) -> Option<Node> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = match FOLDER.get_or_init(install) {
        Ok(folder) => folder,
        Err(why) => {
            println!("skipped: {why}");
            return None;
        }
    };
    let client = json!({
        "client_id": "akson",
        "redirect_uris": [told.redirect],
        "post_logout_redirect_uris": ["http://127.0.0.1:8080/signedout"],
        "response_types": ["code"],
        "grant_types": ["authorization_code"],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": told.signing,
        "require_pushed_authorization_requests": true,
        "dpop_bound_access_tokens": true,
        "jwks": told.keys,
    });
    let told_it = json!({
        "port": told.port, "client": client, "accounts": told.accounts, "claims": told.claims,
        "signing": [told.signing],
    });
    let mut command = Command::new("node");
    command.arg("provider.mjs").arg(told_it.to_string()).current_dir(folder);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    said.read_line(&mut line).unwrap();
    assert_eq!(line.trim(), "ready", "the provider did not start");
    Some(Node { child, _said: said, issuer: format!("http://127.0.0.1:{}", told.port) })
}

/// Installs the packages of the lock file into the build's own folder.
fn install() -> Result<PathBuf, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc/provider");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oidc-provider");
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let lock = std::fs::read(source.join("package-lock.json")).map_err(|error| error.to_string())?;
    let same = std::fs::read(folder.join("installed")).is_ok_and(|kept| kept == lock);
    for name in ["package.json", "package-lock.json", "provider.mjs"] {
        std::fs::copy(source.join(name), folder.join(name)).map_err(|error| error.to_string())?;
    }
    if Command::new("node").arg("--version").stdout(Stdio::null()).status().is_err() {
        return Err("node is not installed".to_string());
    }
    if same {
        return Ok(folder);
    }
    let words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"];
    let mut npm = Command::new("npm");
    let done = npm.args(words).current_dir(&folder).stdout(Stdio::null()).stderr(Stdio::null()).status();
    match done {
        Ok(status) if status.success() => {
            std::fs::write(folder.join("installed"), lock).map_err(|error| error.to_string())?;
            Ok(folder)
        }
        Ok(_) => Err("npm can't install oidc-provider here".to_string()),
        Err(_) => Err("npm is not installed".to_string()),
    }
}
