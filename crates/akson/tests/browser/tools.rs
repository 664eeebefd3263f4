//! What must be installed beside Rust: Chromium, ChromeDriver, and the two npm packages of `package.json`.
//!
//! The packages are fetched by `npm ci` once, when they are missing or the lock has changed. Nothing of theirs is run
//! while they are installed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// How to get what is missing.
const ADVICE: &str = "apt-get install chromium chromium-driver npm, then npm ci in crates/akson/tests/browser";

/// What the tests need of others.
pub struct Tools {
    pub driver: PathBuf,
    pub browser: PathBuf,
    /// Where npm puts its packages.
    pub packages: PathBuf,
}

/// The tools, or what is missing.
pub fn tools() -> Result<&'static Tools, &'static str> {
    static FOUND: LazyLock<Result<Tools, String>> = LazyLock::new(find);
    FOUND.as_ref().map_err(String::as_str)
}

fn find() -> Result<Tools, String> {
    let driver = program(&["chromedriver"])?;
    let browser = program(&["chromium", "chromium-browser", "google-chrome"])?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let packages = folder.join("node_modules");
    if !is_current(&folder, &packages) {
        program(&["npm"])?;
        let quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
        let done = Command::new("npm").arg("ci").args(quiet).current_dir(&folder).stdout(Stdio::null()).status();
        if !done.is_ok_and(|status| status.success()) {
            return Err(format!("skipped: `npm ci` did not succeed: {ADVICE}"));
        }
    }
    Ok(Tools { driver, browser, packages })
}

/// npm notes what it has installed in a file of its own, which is younger than the lock it was made from.
fn is_current(folder: &Path, packages: &Path) -> bool {
    let time = |path: PathBuf| std::fs::metadata(path).and_then(|about| about.modified()).ok();
    let installed = time(packages.join(".package-lock.json"));
    installed.is_some() && installed >= time(folder.join("package-lock.json"))
}

fn program(names: &[&str]) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    places.find(|place| place.is_file()).ok_or_else(|| format!("skipped: {} is not installed: {ADVICE}", names[0]))
}
