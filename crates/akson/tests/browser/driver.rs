//! A browser, driven by the WebDriver protocol: requests of JSON to ChromeDriver, one session a test.
//!
//! Only what the tests use. What is looked for is waited for, and what does not come in time fails the test with the page's
//! own text. Spec: <https://www.w3.org/TR/webdriver2/>.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::tools::Tools;
use crate::wire::Wire;

/// How long a page may take to become what is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The name under which the protocol hands over an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Keys that are no letters, as the protocol writes them.
pub mod key {
    pub const TAB: &str = "\u{e004}";
    pub const ENTER: &str = "\u{e007}";
}

/// A browser with one window.
pub struct Browser {
    driver: Child,
    wire: Wire,
    session: String,
}

impl Browser {
    pub fn start(tools: &Tools) -> Browser {
        let mut command = Command::new(&tools.driver);
        command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = command.spawn().expect("ChromeDriver starts");
        let lines = BufReader::new(driver.stdout.take().expect("its output")).lines().map_while(Result::ok);
        let port = lines.into_iter().find_map(|line| {
            let port = line.split_once("successfully on port ")?.1;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let wire = Wire::new(([127, 0, 0, 1], port.expect("the port of ChromeDriver")).into(), "");
        let mut browser = Browser { driver, wire, session: String::new() };
        // Without a sandbox of its own: tests run as root in containers, and open no pages but ours.
        let arguments =
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"];
        let language = json!({ "intl.accept_languages": "nb" });
        let options = json!({ "binary": tools.browser, "args": arguments, "prefs": language });
        let wanted = json!({ "browserName": "chrome", "goog:chromeOptions": options });
        let begun = browser.send("POST", "/session", &json!({ "capabilities": { "alwaysMatch": wanted } }));
        browser.session = begun["sessionId"].as_str().expect("a session").to_owned();
        browser
    }

    fn send(&mut self, method: &str, path: &str, body: &Value) -> Value {
        self.try_send(method, path, body).unwrap_or_else(|error| panic!("{method} {path} {body}: {error}"))
    }

    fn try_send(&mut self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let body = if method == "GET" { String::new() } else { body.to_string() };
        let headers = [("Content-Type", "application/json")];
        let answer = self.wire.send(method, path, &headers, body.as_bytes()).map_err(|error| error.to_string())?;
        let value = answer.json()["value"].take();
        match answer.status {
            200 => Ok(value),
            _ => Err(format!("{}: {}", value["error"], value["message"])),
        }
    }

    /// A command of the session.
    fn ask(&mut self, method: &str, command: &str, body: &Value) -> Value {
        self.send(method, &format!("/session/{}/{command}", self.session), body)
    }

    /// A command of Chromium's own protocol.
    fn chromium(&mut self, command: &str, parameters: &Value) -> Value {
        self.ask("POST", "goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    pub fn open(&mut self, address: &str) {
        self.ask("POST", "url", &json!({ "url": address }));
    }

    /// Goes to a window by its place; the answer is the one that was there before.
    pub fn window(&mut self, place: usize) -> String {
        let before = self.ask("GET", "window", &json!({})).as_str().unwrap_or_default().to_owned();
        let all = self.ask("GET", "window/handles", &json!({}));
        self.show(all[place].as_str().expect("a window"));
        before
    }

    /// Goes to a window.
    pub fn show(&mut self, window: &str) {
        self.ask("POST", "window", &json!({ "handle": window }));
    }

    /// Forgets the cookies of the page that is open.
    pub fn forget_cookies(&mut self) {
        self.ask("DELETE", "cookie", &json!({}));
    }

    pub fn address(&mut self) -> String {
        self.ask("GET", "url", &json!({})).as_str().unwrap_or_default().to_owned()
    }

    /// How wide the window is, whatever windows may be at least.
    pub fn set_width(&mut self, width: u32) {
        let screen = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.chromium("Emulation.setDeviceMetricsOverride", &screen);
    }

    /// `light` or `dark`.
    pub fn set_scheme(&mut self, scheme: &str) {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.chromium("Emulation.setEmulatedMedia", &json!({ "features": [feature] }));
    }

    /// A picture of the whole page, as PNG.
    pub fn picture(&mut self) -> Vec<u8> {
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let taken = self.chromium("Page.captureScreenshot", &whole);
        akson_core::base64::decode(taken["data"].as_str().unwrap_or_default()).expect("a picture")
    }

    /// What a script's `return` gives.
    pub fn run(&mut self, script: &str) -> Value {
        self.ask("POST", "execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// What the promise of a script comes to; `{"failed": …}` if it is broken.
    pub fn run_to_end(&mut self, script: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async () => {{ {script} }})().then(done, error => done({{ failed: String(error), status: error.statusCode }}));"
        );
        self.ask("POST", "execute/async", &json!({ "script": script, "args": [] }))
    }

    /// Waits until a script gives something true.
    #[track_caller]
    pub fn wait_for(&mut self, script: &str) -> Value {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            // Between two pages there is none to run it on.
            let path = format!("/session/{}/execute/sync", self.session);
            let found = self.try_send("POST", &path, &json!({ "script": format!("return {script}"), "args": [] }));
            match found {
                Ok(Value::Null | Value::Bool(false)) | Err(_) => std::thread::sleep(LOOK_EVERY),
                Ok(found) => return found,
            }
        }
        let (address, text) = (self.address(), self.text());
        panic!("{script} did not come\n{address}\n{text}");
    }

    /// The words on the page.
    pub fn text(&mut self) -> String {
        self.run("return document.body ? document.body.innerText : ''").as_str().unwrap_or_default().to_owned()
    }

    /// The element of a selector, once it is there.
    #[track_caller]
    fn element(&mut self, selector: &str) -> String {
        self.wait_for(&format!("document.querySelector({}) !== null", json!(selector)));
        let found = self.ask("POST", "element", &json!({ "using": "css selector", "value": selector }));
        found[ELEMENT].as_str().expect("an element").to_owned()
    }

    #[track_caller]
    pub fn click(&mut self, selector: &str) {
        let element = self.element(selector);
        self.ask("POST", &format!("element/{element}/click"), &json!({}));
    }

    /// Types into an element.
    #[track_caller]
    pub fn type_into(&mut self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.ask("POST", &format!("element/{element}/value"), &json!({ "text": text }));
    }

    /// Presses keys wherever the focus is.
    pub fn press(&mut self, keys: &str) {
        let presses = keys.chars().flat_map(|key| {
            [
                json!({ "type": "keyDown", "value": key.to_string() }),
                json!({ "type": "keyUp", "value": key.to_string() }),
            ]
        });
        let presses: Vec<Value> = presses.collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": presses });
        self.ask("POST", "actions", &json!({ "actions": [keyboard] }));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let path = format!("/session/{}", self.session);
            let _ = self.try_send("DELETE", &path, &json!({}));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
