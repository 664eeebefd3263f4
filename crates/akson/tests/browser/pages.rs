//! Our pages as people see them: readable in light and dark, on a screen and a telephone, and usable by keys alone.
//!
//! The table is all there is to a page: axe-core judges it, its width is tried, and `cargo xtask shots` takes its picture.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::driver::key;
use crate::stage::Stage;
use crate::tools::tools;

/// How wide a page is looked at, and in which colours.
const LOOKS: &[(u32, &str)] = &[(1400, "light"), (1400, "dark"), (390, "light"), (390, "dark")];
/// Between these no page is wider than its window.
const WIDTHS: &[u32] = &[320, 360, 390, 480, 543, 545, 600, 768, 1024, 1280, 1400];

/// A page: its name, who looks at it, and how they get there.
struct Page(&'static str, Option<&'static str>, fn(&mut Stage));

/// Every page. A new one is one line.
const PAGES: &[Page] = &[
    Page("start", None, |stage| stage.go("/")),
    Page("sign-in", None, |stage| stage.go("/signin")),
    Page("signed-out", None, |stage| stage.go("/signedout")),
    Page("denied", None, |stage| stage.go("/denied")),
    Page("not-found", None, |stage| stage.go("/nothing")),
    Page("app-not-opened", None, |stage| stage.go("/oauth/smart/authorize?client_id=nobody")),
    Page("role", Some("camilla-sykepleier"), |stage| stage.go("/role")),
    Page("session", Some("astrid-lege"), |stage| stage.go("/session")),
    Page("front", Some("astrid-lege"), |stage| stage.go("/")),
    Page("front-citizen", Some("kari"), |stage| stage.go("/")),
    Page("patients", Some("camilla-sykepleier"), |stage| {
        stage.in_role("camilla-sykepleier-role");
        stage.go("/patients");
    }),
    Page("overview", Some("camilla-sykepleier"), |stage| stage.in_record("")),
    Page("timeline", Some("camilla-sykepleier"), |stage| stage.in_record("/timeline")),
    Page("medicines", Some("camilla-sykepleier"), |stage| stage.in_record("/medicines")),
    Page("measurements", Some("camilla-sykepleier"), |stage| stage.in_record("/measurements?period=1y")),
    Page("new-measurements", Some("camilla-sykepleier"), |stage| stage.in_record("/measurements/new")),
    Page("log", Some("kari"), |stage| stage.go("/log")),
    Page("review", Some("knut-personvern"), |stage| stage.go("/review")),
    Page("why", Some("lise-drift"), |stage| stage.go("/why")),
    Page("find-to-open", Some("hedda-legevakt"), |stage| stage.go("/open")),
    Page("open", Some("hedda-legevakt"), |stage| stage.go("/patients/kari/open")),
    Page("whom", Some("hanna"), |stage| stage.go("/role")),
    Page("apps-to-start", Some("astrid-lege"), |stage| {
        stage.go("/oauth/smart/apps");
        stage.choose("Kari", "kari");
    }),
    Page("apps", Some("astrid-lege"), |stage| {
        stage.start_app();
        stage.choose("Kari", "kari");
        stage.browser.click("button[value=yes]");
        stage.browser.wait_for("window.client !== undefined");
        stage.go("/oauth/apps");
    }),
    Page("consent", Some("astrid-lege"), |stage| {
        stage.start_app();
        stage.choose("Kari", "kari");
    }),
    Page("consent-citizen", Some("kari"), Stage::start_app),
    Page("locked", Some("astrid-lege"), |stage| {
        stage.go("/session");
        stage.browser.click("main form[action='/lock'] button");
        stage.browser.wait_for("location.pathname === '/locked'");
    }),
];

#[test]
fn pages_can_be_read_by_everybody_at_every_width() {
    let Some(mut stage) = Stage::set() else { return };
    let judge = judge();
    let folder = std::env::var_os("AKSON_SHOTS").map(PathBuf::from);
    let mut wrong = Vec::new();
    let mut signed_in = None;
    for Page(name, person, open) in PAGES {
        if signed_in != *person {
            stage.forget();
            person.iter().for_each(|person| stage.sign_in(person));
            signed_in = *person;
        }
        open(&mut stage);
        for width in WIDTHS {
            stage.browser.set_width(*width);
            let wide = stage.browser.run("return document.documentElement.scrollWidth").as_u64();
            if wide.is_none_or(|wide| wide > u64::from(*width)) {
                wrong.push(format!("{name}: {wide:?} wide at {width}"));
            }
        }
        stage.browser.run(&judge);
        for (width, scheme) in LOOKS {
            stage.browser.set_width(*width);
            stage.browser.set_scheme(scheme);
            wrong.extend(
                violations(&mut stage).into_iter().map(|fault| format!("{name} at {width}, {scheme}: {fault}")),
            );
            if let Some(folder) = &folder {
                keep(&mut stage, folder, &format!("{name}-{width}-{scheme}.png"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A judge that finds nothing wrong must be one that would.
#[test]
fn what_is_wrong_with_a_page_is_found() {
    let Some(mut stage) = Stage::set() else { return };
    stage.go("/signin");
    stage.browser.run(&judge());
    assert_eq!(violations(&mut stage), Vec::<String>::new());
    for (harm, rule) in [
        ("document.querySelector('h1').style.color = '#bbb'", "color-contrast"),
        ("document.documentElement.removeAttribute('lang')", "html-has-lang"),
        ("document.querySelector('button strong').parentElement.innerHTML = ''", "button-name"),
    ] {
        stage.browser.run(harm);
        let found = violations(&mut stage);
        assert!(found.iter().any(|fault| fault.starts_with(&format!("\"{rule}\""))), "{rule}: {found:?}");
    }
    stage.browser.set_width(320);
    stage.browser.run("document.querySelector('main').style.width = '400px'");
    assert!(stage.browser.run("return document.documentElement.scrollWidth").as_u64() > Some(320));
}

fn judge() -> String {
    std::fs::read_to_string(tools().unwrap().packages.join("axe-core/axe.min.js")).expect("axe-core")
}

/// What axe-core finds wrong on the page that is open.
fn violations(stage: &mut Stage) -> Vec<String> {
    let found =
        stage.browser.run_to_end("return (await axe.run(document, { resultTypes: ['violations'] })).violations");
    let found = found.as_array().cloned().unwrap_or_else(|| panic!("axe-core: {found}"));
    let line = |fault: &Value| {
        let places = fault["nodes"].as_array().into_iter().flatten().map(|node| &node["html"]);
        format!("{}: {} {:?}", fault["id"], fault["help"], places.collect::<Vec<_>>())
    };
    found.iter().map(line).collect()
}

fn keep(stage: &mut Stage, folder: &Path, name: &str) {
    std::fs::create_dir_all(folder).expect("a folder for pictures");
    std::fs::write(folder.join(name), stage.browser.picture()).expect("a picture is written");
}

/// Presses the tab key until the focus is on what a selector names; what was passed must show that it has the focus.
fn tab_to(stage: &mut Stage, selector: &str) {
    for _ in 0..60 {
        stage.browser.press(key::TAB);
        let seen = stage.browser.run(&format!(
            "const at = document.activeElement, style = getComputedStyle(at);
             return [at.matches(\"{selector}\"), style.outlineStyle !== 'none' || at === document.body, at.outerHTML]"
        ));
        assert_eq!(seen[1], true, "the focus is not to be seen on {}", seen[2]);
        if seen[0] == true {
            return;
        }
    }
    panic!("{selector} is not reached by keys\n{}", stage.browser.text());
}

#[test]
fn keys_alone_are_enough_to_sign_in_choose_and_sign_out() {
    let Some(mut stage) = Stage::set() else { return };
    stage.go("/");
    tab_to(&mut stage, "a.ds-skip-link");
    tab_to(&mut stage, "a[href='/signin']");
    stage.browser.press(key::ENTER);
    stage.browser.wait_for("location.pathname === '/signin'");
    tab_to(&mut stage, "button[value='camilla-sykepleier']");
    stage.browser.press(key::ENTER);
    stage.browser.wait_for("location.pathname === '/role'");
    tab_to(&mut stage, "button[name=role]");
    stage.browser.press(key::ENTER);
    stage.browser.wait_for("location.pathname === '/'");
    assert!(stage.browser.text().contains("hjemmetjeneste"), "{}", stage.browser.text());
    tab_to(&mut stage, "details.ak-me summary");
    stage.browser.press(key::ENTER);
    tab_to(&mut stage, "form[action='/signout'] button");
    stage.browser.press(key::ENTER);
    stage.browser.wait_for("location.pathname === '/signedout'");
}
