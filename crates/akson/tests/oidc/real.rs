//! Real sign-ins at a certified provider: pushed request, proof with nonce, private_key_jwt, and the claims of HelseID
//! and ID-porten.

use akson_core::identity::{Dialect, Kind};
use akson_core::{Core, Settings};
use serde_json::json;

use super::browser::Browser;
use super::node::{self, Node, Told};
use super::stand::{HERE, KARI, NINA, Stand, provider};

async fn helseid(signing: &str) -> Option<(Stand, Node)> {
    let core = Core::in_memory(Settings::default()).unwrap();
    let port = node::free_port();
    let claim = |name: &str| format!("helseid://claims/{name}");
    let told = Told {
        port,
        keys: core.identity().client_keys().await.unwrap(),
        redirect: format!("{HERE}/signin/helseid/back"),
        accounts: json!({
            "nina": { "claims": { claim("identity/pid"): NINA, claim("identity/security_level"): "4",
                claim("hpr/hpr_number"): "9990001", "name": "Nina Prøve" } },
            "olga": { "claims": { claim("identity/pid_pseudonym"): "olga-pseudonym",
                claim("identity/assurance_level"): "high", claim("hpr/hpr_number"): "9990002" } },
            "low": { "claims": { claim("identity/pid"): NINA, claim("identity/security_level"): "3" } },
            "nobody": { "claims": { claim("identity/pid"): "13116900216", claim("identity/security_level"): "4" } },
        }),
        claims: json!({
            "helseid://scopes/identity/pid": [claim("identity/pid")],
            "helseid://scopes/identity/pid_pseudonym": [claim("identity/pid_pseudonym")],
            "helseid://scopes/identity/security_level": [claim("identity/security_level")],
            "helseid://scopes/identity/assurance_level": [claim("identity/assurance_level")],
            "helseid://scopes/hpr/hpr_number": [claim("hpr/hpr_number")],
            "profile": ["name"],
        }),
        signing,
    };
    let node = node::start(&told)?;
    let stand = Stand::over(core, vec![provider("helseid", Dialect::Helseid, &node.issuer)]).await;
    Some((stand, node))
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_sign_in_at_a_certified_provider() {
    for signing in ["ES256", "PS256", "RS256"] {
        let Some((stand, _node)) = helseid(signing).await else { return };
        let mut browser = Browser::new(&stand);
        let page = browser.get("/signin").await;
        assert!(page.text.contains("HelseID") && page.text.contains("/signin/helseid?return="), "{}", page.text);
        let page = browser.sign_in("helseid", "nina", "/session").await;
        assert_eq!((page.status, page.url.as_str()), (200, "http://127.0.0.1:8080/session"), "{}", page.text);
        assert!(page.text.contains("Nina Prøve") && page.text.contains("Hjemmetjenesten"), "{}", page.text);
        let secret = browser.session().unwrap();
        let session = stand.core.identity().session(secret, stand.core.now()).unwrap().unwrap();
        assert_eq!((session.provider.as_str(), session.signed.level), ("helseid", 4));
        let account = stand.core.identity().account(&session.signed.account).unwrap().unwrap();
        assert_eq!((account.kind, account.person.as_str()), (Kind::Staff, "nina"));
        assert!(browser.history.iter().all(|url| !url.contains(NINA)), "a number in an address");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_nobody_here_is_told_so() {
    let Some((stand, _node)) = helseid("ES256").await else { return };
    for (login, status, words) in [
        ("nobody", 403, "Du er ikke registrert her"),
        ("low", 403, "ikke sikker nok"),
        ("unknown", 403, "Du ble ikke logget inn"),
    ] {
        let mut browser = Browser::new(&stand);
        let page = browser.sign_in("helseid", login, "/session").await;
        assert_eq!(page.status, status, "{login} {}", page.text);
        assert!(page.text.contains(words), "{login} {}", page.text);
        assert!(page.url.contains("/denied?why=") && browser.session().is_none(), "{}", page.url);
    }
    let mut browser = Browser::new(&stand);
    let page = browser.sign_in("helseid", "olga", "/session").await;
    assert!(page.text.contains("Olga Test"), "found by her number as health personnel: {}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_lock_the_same_person_goes_on_and_is_asked_anew() {
    let Some((stand, _node)) = helseid("ES256").await else { return };
    let mut browser = Browser::new(&stand);
    let page = browser.sign_in("helseid", "nina", "/session").await;
    let before = browser.session().unwrap().clone();
    let page = browser.post("/lock", &page, "").await;
    assert!(page.text.contains("Økten er låst"), "{}", page.text);
    let away = browser.get("/session").await;
    let way = away.after("class=\"button\" href=\"");
    assert!(way.starts_with("/signin/helseid?return=/session"), "{way}");
    // The provider still knows her, and asks nevertheless.
    let form = browser.get(&way).await;
    let page = browser.fill_in(&form, "nina").await;
    assert_eq!(page.url, "http://127.0.0.1:8080/session");
    assert!(page.text.contains("Nina Prøve"));
    assert_ne!(*browser.session().unwrap(), before);
    // Somebody else begins afresh.
    browser.post("/lock", &page, "").await;
    let form = browser.get(&way).await;
    let page = browser.fill_in(&form, "olga").await;
    assert_eq!(page.url, "http://127.0.0.1:8080/", "{}", page.text);
    assert!(page.text.contains("Olga Test") && !page.text.contains("Nina"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_it_at_the_provider_too() {
    let Some((stand, node)) = helseid("ES256").await else { return };
    let mut browser = Browser::new(&stand);
    let page = browser.sign_in("helseid", "nina", "/session").await;
    let page = browser.post("/signout", &page, "").await;
    assert!(browser.session().is_none());
    let (_, url) = page.header("refresh").split_once("url=").unwrap();
    assert!(url.starts_with(&node.issuer) && url.contains("client_id=akson"), "{url}");
    assert!(!url.contains("id_token_hint"), "the ID token has a number in it: {url}");
    let confirm = browser.follow("GET", url, "").await;
    let page = browser.agree(&confirm).await;
    assert!(page.url.starts_with("http://127.0.0.1:8080/signedout"), "{}", page.url);
    let form = browser.get("/signin/helseid").await;
    assert!(form.text.contains("<p>login</p>"), "the provider asks again");
}

#[tokio::test(flavor = "multi_thread")]
async fn inhabitants_sign_in_with_the_claims_of_idporten() {
    let core = Core::in_memory(Settings::default()).unwrap();
    let told = Told {
        port: node::free_port(),
        keys: core.identity().client_keys().await.unwrap(),
        redirect: format!("{HERE}/signin/idporten/back"),
        accounts: json!({
            "kari": { "acr": "idporten-loa-high", "claims": { "pid": KARI } },
            "low": { "acr": "idporten-loa-substantial", "claims": { "pid": KARI } },
        }),
        claims: json!({ "openid": ["sub", "pid"], "profile": ["name"] }),
        signing: "RS256",
    };
    let Some(node) = node::start(&told) else { return };
    let stand = Stand::over(core, vec![provider("idporten", Dialect::Idporten, &node.issuer)]).await;
    let mut browser = Browser::new(&stand);
    let page = browser.sign_in("idporten", "low", "/session").await;
    assert!(page.text.contains("ikke sikker nok"), "{}", page.text);
    let mut browser = Browser::new(&stand);
    let page = browser.sign_in("idporten", "kari", "/session").await;
    assert!(page.text.contains("Kari Prøvedal"), "{}", page.text);
    assert!(browser.history.iter().all(|url| !url.contains(KARI)), "a number in an address");
}
