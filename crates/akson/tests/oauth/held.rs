//! The page of the apps that somebody has given access: what it tells, to whom, and that what is ended ends at once.

use akson_core::identity::{Answer as Said, Issuer, Profile, SessionSeen, Site};
use serde_json::Value;

use super::pair::sha256;
use super::stand::{BASE, CB, Stand, VERIFIER, parameter};

const SCOPE: &str = "launch/patient openid offline_access patient/Patient.rs patient/Observation.rs";
const PATH: &str = "/oauth/apps";

async fn stand() -> Stand {
    let stand = Stand::with_sample().await;
    stand.client("app", Profile::SmartPublic, SCOPE, &[]).await;
    stand.client("other", Profile::SmartPublic, SCOPE, &[]).await;
    stand
}

/// Tokens that somebody gives an app.
async fn tokens(stand: &Stand, session: &SessionSeen, client: &str, scope: &str) -> Value {
    let challenge = sha256(VERIFIER);
    let pairs = [
        ("client_id", client),
        ("redirect_uri", CB),
        ("response_type", "code"),
        ("scope", scope),
        ("aud", BASE),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let (site, identity) = (Site::at(BASE), stand.core.identity());
    let told = identity.authorize(&site, Issuer::Smart, &pairs).await.unwrap();
    let address = identity.answer(&site, &told, session, Said::Yes(Some("kari".to_string()))).await.unwrap();
    let code = parameter(&address, "code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", &code),
        ("redirect_uri", CB),
        ("code_verifier", VERIFIER),
    ];
    stand.post("/oauth/smart/token", &[], &form).await.is(200).value()
}

/// A browser in which somebody is signed in.
struct Visitor {
    session: SessionSeen,
    cookie: String,
}

async fn visitor(stand: &Stand, person: &str) -> Visitor {
    let secret = stand.secret(person).await;
    let session = stand.core.identity().session(&secret, stand.core.now()).unwrap().unwrap();
    Visitor { session, cookie: format!("__Host-akson={secret}") }
}

async fn page(stand: &Stand, visitor: &Visitor, language: &str) -> String {
    let headers = [("cookie", visitor.cookie.as_str()), ("accept-language", language)];
    let page = stand.send(&format!("GET {PATH}"), &headers, "").await;
    String::from_utf8_lossy(&page.is(200).bytes).into_owned()
}

fn tag(page: &str) -> String {
    page.split("name=\"tag\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_string()
}

async fn end(stand: &Stand, visitor: &Visitor, origin: &str, client: &str) -> String {
    let tag = tag(&page(stand, visitor, "nb").await);
    let headers = [("cookie", visitor.cookie.as_str()), ("origin", origin)];
    let answer = stand.post(PATH, &headers, &[("tag", &tag), ("client", client)]).await;
    answer.is(303).header("location").to_string()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

#[tokio::test]
async fn a_user_sees_their_apps_in_plain_words_and_nobody_elses() {
    let stand = stand().await;
    stand.get(PATH).await.is(303);
    let astrid = visitor(&stand, "astrid-lege").await;
    assert!(page(&stand, &astrid, "nb").await.contains("Ingen apper har tilgang nå."));
    let first = tokens(&stand, &astrid.session, "app", SCOPE).await;
    stand.pass(3600);
    let astrid = visitor(&stand, "astrid-lege").await;
    tokens(&stand, &astrid.session, "app", "launch/patient patient/Patient.rs online_access").await;
    let told = page(&stand, &astrid, "nb").await;
    let one = |word: &str| assert_eq!(told.matches(word).count(), 1, "{word}: {told}");
    one("App app</h2>");
    one("se målinger og prøvesvar (Observation) for den ene pasienten");
    one("se navn, adresse og andre personopplysninger (Patient) for den ene pasienten");
    one("22.11.2026 13:00");
    one("Aldri");
    // The time is that of the last use, not of the last grant.
    let headers = [("authorization", format!("Bearer {}", text(&first, "access_token")))];
    let renew =
        [("grant_type", "refresh_token"), ("client_id", "app"), ("refresh_token", text(&first, "refresh_token"))];
    let renewed = stand.post("/oauth/smart/token", &[], &renew).await.is(200).value();
    stand.send("GET /fhir/Patient/kari", &[("authorization", &headers[0].1)], "").await.is(401);
    stand.pass(60);
    let bearer = format!("Bearer {}", text(&renewed, "access_token"));
    stand.send("GET /fhir/Patient/kari", &[("authorization", &bearer)], "").await.is(200);
    // A write of another, so that the note before it is kept.
    stand.client("later", Profile::SmartPublic, SCOPE, &[]).await;
    let told = page(&stand, &astrid, "nb").await;
    assert!(told.contains("22.11.2026 14:01") && !told.contains("Aldri"), "{told}");
    for (language, words) in [("nn", "Appar med tilgang"), ("en", "Apps with access")] {
        assert!(page(&stand, &astrid, language).await.contains(words), "{language}");
    }
    let kari = visitor(&stand, "kari").await;
    assert!(page(&stand, &kari, "nb").await.contains("Ingen apper har tilgang nå."));
}

#[tokio::test]
async fn what_a_user_ends_ends_at_once_and_nothing_else_does() {
    let stand = stand().await;
    let (astrid, kari) = (visitor(&stand, "astrid-lege").await, visitor(&stand, "kari").await);
    let first = tokens(&stand, &astrid.session, "app", SCOPE).await;
    let second = tokens(&stand, &astrid.session, "app", SCOPE).await;
    let others = tokens(&stand, &astrid.session, "other", SCOPE).await;
    let theirs = tokens(&stand, &kari.session, "app", SCOPE).await;
    let ours = "https://record.example.no";
    // From another's page nothing ends, nor from another's session.
    end(&stand, &astrid, "https://app.example.no", "app").await;
    assert_eq!(end(&stand, &kari, ours, "other").await, PATH);
    let all = [&first, &second, &others, &theirs];
    assert!(all.iter().all(|value| stand.takes(text(value, "access_token"))));
    assert_eq!(end(&stand, &astrid, ours, "app").await, "/oauth/apps?ended=yes");
    for value in [&first, &second] {
        assert!(!stand.takes(text(value, "access_token")));
        let renew =
            [("grant_type", "refresh_token"), ("client_id", "app"), ("refresh_token", text(value, "refresh_token"))];
        stand.post("/oauth/smart/token", &[], &renew).await.refuses(400, "invalid_grant");
    }
    assert!(stand.takes(text(&others, "access_token")) && stand.takes(text(&theirs, "access_token")));
    let told = page(&stand, &astrid, "nb").await;
    assert!(!told.contains("App app") && told.contains("App other"), "{told}");
    assert!(page(&stand, &kari, "nb").await.contains("App app"));
    assert_eq!(end(&stand, &astrid, ours, "app").await, PATH, "there is nothing left to end");
}

#[tokio::test]
async fn an_app_that_ended_with_its_session_is_not_told_of() {
    let stand = stand().await;
    let astrid = visitor(&stand, "astrid-lege").await;
    let scope = "launch/patient patient/Patient.rs online_access";
    tokens(&stand, &astrid.session, "app", scope).await;
    assert!(page(&stand, &astrid, "nb").await.contains("App app"));
    stand.core.identity().end_sessions_of(&astrid.session.signed.account).await.unwrap();
    let again = visitor(&stand, "astrid-lege").await;
    assert!(!page(&stand, &again, "nb").await.contains("App app"));
}
