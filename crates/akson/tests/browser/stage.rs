//! A sandbox that was just started, an app that is registered in it, and a browser.

use std::process::Command;

use tempfile::TempDir;

use crate::app::App;
use crate::driver::Browser;
use crate::server::{Server, akson};
use crate::tools::tools;

/// The most that the app may be granted.
const SCOPE: &str = "launch launch/patient openid fhirUser offline_access patient/Patient.rs patient/Observation.rs";

/// What a test plays on.
pub struct Stage {
    pub browser: Browser,
    pub server: Server,
    pub app: App,
    pub folder: TempDir,
}

impl Stage {
    /// The stage, unless something is missing; then it says so, and the test counts as skipped.
    pub fn set() -> Option<Stage> {
        let tools = match tools() {
            Ok(tools) => tools,
            Err(missing) => {
                println!("{missing}");
                return None;
            }
        };
        let folder = tempfile::tempdir().unwrap();
        // A small municipality is enough, and there at once.
        let server = Server::start_with(folder.path(), &[("AKSON_STORE_SAMPLE", "20")]);
        let app = App::start(tools);
        let stage = Stage { browser: Browser::start(tools), server, app, folder };
        let (redirect, launch) = (stage.app.page("index.html"), stage.app.page("launch.html"));
        stage.operator(
            &["client", "add", "--id", "app", "--name", "Blodtrykk", "--profile", "smart-public"],
            |command| {
                command.args(["--scope", SCOPE, "--redirect", &redirect, "--launch", &launch]);
            },
        );
        Some(stage)
    }

    /// What the operator does beside the server.
    pub fn operator(&self, arguments: &[&str], more: impl FnOnce(&mut Command)) -> String {
        let mut command = akson();
        command.args(arguments);
        more(&mut command);
        let output = command.arg("--data").arg(self.folder.path()).output().expect("a command");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
        text
    }

    /// An address of the server.
    pub fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address)
    }

    /// Opens a page of the server.
    pub fn go(&mut self, path: &str) {
        let address = self.at(path);
        self.browser.open(&address);
    }

    /// The browser is as new.
    pub fn forget(&mut self) {
        self.go("/signin");
        self.browser.forget_cookies();
        self.go("/");
    }

    /// The app is opened by itself, and asks.
    pub fn start_app(&mut self) {
        let address = format!("{}?iss={}", self.app.page("launch.html"), self.at("/fhir"));
        self.browser.open(&address);
        self.browser.wait_for("location.pathname.startsWith('/signin') || location.pathname.includes('/consent/')");
    }

    /// Looks for a patient by name, and chooses them.
    pub fn choose(&mut self, name: &str, patient: &str) {
        self.browser.type_into("#name", name);
        self.browser.click("button[value=find]");
        self.browser.click(&format!("input[value='{patient}']"));
    }

    /// Chooses a role.
    pub fn in_role(&mut self, role: &str) {
        self.go("/role");
        self.browser.click(&format!("button[value='{role}']"));
        self.browser.wait_for("location.pathname !== '/role'");
    }

    /// Goes to a page of the record of somebody whom home care knows.
    pub fn in_record(&mut self, place: &str) {
        self.in_role("camilla-sykepleier-role");
        self.go(&format!("/patients/kari{place}"));
    }

    /// Signs somebody in, from a page that leads to the sign-in or from none.
    pub fn sign_in(&mut self, person: &str) {
        if !self.browser.address().contains("/signin") {
            self.go("/signin");
        }
        self.browser.click(&format!("button[value='{person}']"));
        self.browser.wait_for("location.pathname !== '/signin'");
    }
}
