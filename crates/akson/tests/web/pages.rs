//! Sign-in, role, lock and sign-out as a browser goes through them.

use akson::config::Config;

use crate::stand::{MINUTE, Stand};

#[tokio::test]
async fn every_page_is_kept_by_nobody_framed_by_nobody_and_says_that_it_is_a_sandbox() {
    let stand = Stand::new().await;
    let mut browser = stand.browser();
    let check = |path: &str, answer: &crate::stand::Answer| {
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe") && !answer.text.contains(" style="), "{path}");
        assert_eq!(answer.text.matches("<script").count(), answer.text.matches("<script src=\"/static/").count());
        assert!(answer.text.contains("SYNTETISKE DATA"), "{path}");
        assert_eq!(answer.text.matches("<h1").count(), 1, "{path}");
    };
    for path in ["/", "/signin", "/signedout", "/denied", "/nowhere", "/nowhere/at/all"] {
        check(path, &browser.get(path).await);
    }
    browser.sign_in("nina", "/").await;
    for path in ["/role", "/session", "/locked"] {
        check(path, &browser.get(path).await);
    }
}

#[tokio::test]
async fn one_role_needs_no_choice_and_several_do() {
    let stand = Stand::new().await;
    let mut browser = stand.browser();
    assert_eq!(browser.sign_in("olga", "/session").await.to(), "/session");
    let page = browser.get("/session").await;
    assert!(page.text.contains("Olga Test") && page.text.contains("Hjemmetjenesten, Prøvevik kommune"));
    let mut browser = stand.browser();
    assert_eq!(browser.sign_in("nina", "/session").await.to(), "/role?return=/session");
    let before = browser.cookies["akson"].clone();
    let page = browser.get("/role?return=/session").await;
    assert!(page.text.contains("Nina Prøve") && page.text.contains("value=\"nina-home\""));
    let tag = page.tag();
    // Another's role is none of hers.
    let answer = browser.post("/role", &format!("tag={tag}&role=olga-home&return=/session")).await;
    assert_eq!(answer.status, 403);
    let answer = browser.post("/role", &format!("tag={tag}&role=nina-town&return=/session")).await;
    assert_eq!(answer.to(), "/session");
    assert_ne!(browser.cookies["akson"], before, "the secret changes with the role");
    assert!(browser.get("/session").await.text.contains("Leder"));
}

#[tokio::test]
async fn forms_from_elsewhere_or_without_their_tag_do_nothing() {
    let stand = Stand::new().await;
    let mut browser = stand.browser();
    let tag = browser.get("/signin").await.tag();
    let form = |tag: &str| format!("tag={tag}&person=operator&return=/");
    for origin in ["http://evil.example", "null", "https://127.0.0.1:8080"] {
        let answer = browser.send("POST", "/signin/sandbox", &[("origin", origin)], &form(&tag)).await;
        assert_eq!(answer.status, 403, "{origin}");
    }
    assert_eq!(browser.send("POST", "/signin/sandbox", &[], &form(&tag)).await.status, 403);
    for wrong in ["", "0", &stand.browser().get("/signin").await.tag()] {
        assert_eq!(browser.post("/signin/sandbox", &form(wrong)).await.status, 403, "{wrong}");
    }
    assert!(!browser.cookies.contains_key("akson"));
    assert_eq!(browser.post("/signin/sandbox", &form(&tag)).await.to(), "/");
    // The tag of the visit is not that of the session.
    assert_eq!(browser.post("/signout", &format!("tag={tag}")).await.status, 403);
}

#[tokio::test]
async fn a_session_is_not_fixed_before_the_sign_in() {
    let stand = Stand::new().await;
    let mut browser = stand.browser();
    browser.cookies.insert("akson".into(), "a".repeat(64));
    browser.sign_in("operator", "/").await.to();
    assert_ne!(browser.cookies["akson"], "a".repeat(64));
}

#[tokio::test]
async fn a_locked_session_shows_nothing_and_the_same_person_comes_back() {
    let stand = Stand::new().await;
    let mut browser = stand.browser();
    browser.sign_in("olga", "/session").await;
    stand.pass(16 * MINUTE);
    assert_eq!(browser.get("/session").await.to(), "/locked?return=/session");
    let page = browser.get("/locked?return=/session").await;
    assert!(page.text.contains("Olga Test") && page.text.contains("/signin?return=/session"));
    assert!(!page.text.contains("Hjemmetjenesten"));
    assert!(page.header("clear-site-data").contains("cache"));
    let old = browser.cookies["akson"].clone();
    assert_eq!(browser.sign_in("olga", "/session").await.to(), "/session");
    assert_eq!(browser.get("/session").await.status, 200);
    browser.cookies.insert("akson".into(), old);
    assert!(browser.get("/session").await.to().starts_with("/signin"));
}

#[tokio::test]
async fn another_person_at_a_locked_session_begins_afresh() {
    let stand = Stand::new().await;
    let mut browser = stand.browser();
    browser.sign_in("olga", "/session").await;
    let tag = browser.get("/session").await.tag();
    assert_eq!(browser.post("/lock", &format!("tag={tag}")).await.to(), "/locked");
    let olgas = browser.cookies["akson"].clone();
    assert_eq!(browser.sign_in("operator", "/session").await.to(), "/");
    browser.cookies.insert("akson".into(), olgas);
    assert!(browser.get("/session").await.to().starts_with("/signin"), "her session has ended");
}

#[tokio::test]
async fn a_page_that_waits_keeps_nobody_signed_in() {
    let stand = Stand::new().await;
    let mut browser = stand.browser();
    browser.sign_in("olga", "/").await;
    for _ in 0..3 {
        stand.pass(6 * MINUTE);
        browser.get("/locked").await;
    }
    assert!(browser.get("/session").await.to().starts_with("/locked"));
}

#[tokio::test]
async fn sign_out_ends_it_on_the_server_and_in_the_browser() {
    let stand = Stand::new().await;
    let mut browser = stand.browser();
    browser.sign_in("operator", "/").await;
    let secret = browser.cookies["akson"].clone();
    let tag = browser.get("/session").await.tag();
    let answer = browser.post("/signout", &format!("tag={tag}")).await;
    assert_eq!(answer.to(), "/signedout");
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"cookies\", \"storage\"");
    assert!(!browser.cookies.contains_key("akson"));
    browser.cookies.insert("akson".into(), secret);
    assert_eq!(browser.get("/fhir/Patient").await.status, 401);
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let stand = Stand::new().await;
    for back in ["//evil.example", "https://evil.example", "/%5Cevil.example", "%2F%2Fevil.example"] {
        let mut browser = stand.browser();
        assert_eq!(browser.sign_in("operator", back).await.to(), "/", "{back}");
    }
}

#[tokio::test]
async fn a_name_of_somebody_elses_leads_to_no_page() {
    let stand = Stand::new().await;
    let mut browser = stand.browser();
    browser.host = "evil.example:8080".into();
    assert_eq!(browser.get("/signin").await.status, 404);
}

#[tokio::test]
async fn the_language_is_the_browsers_or_the_chosen_one() {
    let stand = Stand::new().await;
    let mut browser = stand.browser();
    let page = browser.send("GET", "/signin", &[("accept-language", "en")], "").await;
    assert!(page.text.contains("<html lang=\"en\"") && page.text.contains("Choose an invented person"));
    let tag = page.tag();
    let answer = browser.post("/language", &format!("tag={tag}&language=nn&return=/signin")).await;
    assert_eq!(answer.to(), "/signin");
    assert!(browser.get("/signin").await.text.contains("Vel ein oppdikta person"));
    let answer = browser.post("/language", &format!("tag={tag}&language=xx&return=/signin")).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn over_tls_cookies_are_of_this_host_alone() {
    let config = Config { public_url: "https://record.example.no/fhir".into(), ..Config::default() };
    let stand = Stand::with(config, true).await;
    let mut browser = stand.browser();
    let tag = browser.get("/signin").await.tag();
    let headers = [("origin", "https://record.example.no")];
    let form = format!("tag={tag}&person=operator&return=/");
    browser.send("POST", "/signin/sandbox", &headers, &form).await.to();
    assert!(browser.cookies.contains_key("__Host-akson"));
}

#[tokio::test]
async fn the_look_is_the_devices_or_the_chosen_one() {
    let stand = Stand::new().await;
    let mut browser = stand.browser();
    let page = browser.get("/signin").await;
    assert!(page.text.contains("data-color-scheme=\"auto\""));
    let tag = page.tag();
    assert_eq!(browser.post("/look", &format!("tag={tag}&look=dark&return=/signin")).await.to(), "/signin");
    assert!(browser.get("/signin").await.text.contains("data-color-scheme=\"dark\""));
    assert_eq!(browser.post("/look", &format!("tag={tag}&look=pink&return=/signin")).await.status, 403);
}

#[tokio::test]
async fn files_of_pages_are_kept_for_ever_and_others_are_not_there() {
    let stand = Stand::new().await;
    let mut browser = stand.browser();
    let page = browser.get("/signin").await;
    let style = akson::http::assets::style().path.as_str();
    assert!(page.text.contains(style));
    let file = browser.send("GET", style, &[("accept-encoding", "identity")], "").await;
    assert!(
        file.header("cache-control").contains("immutable") && file.header("content-type") == "text/css; charset=utf-8"
    );
    assert!(file.text.contains("@font-face"));
    for path in ["/static/akson.css", "/static/akson.000000000000.css", "/static/..%2fCargo.toml"] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
}
