//! Apps with users: the request, the user's answer, the code, the tokens, refreshing; each attack first.

use akson_core::Who;
use akson_core::identity::{Answer as Said, Context, Profile, Scheme, SessionSeen, Site};
use jsonwebtoken::Algorithm;
use serde_json::Value;

use super::pair::{Pair, sha256};
use super::stand::{ASSERTION_TYPE, Answer, BASE, CB, Stand, TOKEN, VERIFIER, parameter};

const PUBLIC: &str =
    "launch launch/patient openid fhirUser offline_access online_access patient/Patient.rs patient/Observation.rs";
pub const ASKED: &str = "launch/patient openid fhirUser offline_access patient/Patient.rs";

/// A server with an app of each kind.
pub async fn stand() -> (Stand, Pair) {
    let (stand, pair) = (Stand::with_sample().await, Pair::new(Algorithm::ES384, "k1"));
    stand.client("app", Profile::SmartPublic, PUBLIC, &[]).await;
    stand.client("other", Profile::SmartPublic, PUBLIC, &[]).await;
    stand.client("clinic", Profile::SmartConfidential, &format!("{PUBLIC} user/Patient.rs"), &[&pair]).await;
    (stand, pair)
}

/// The parameters of a request as they should be.
fn request<'r>(client: &'r str, scope: &'r str, challenge: &'r str) -> Vec<(&'r str, &'r str)> {
    vec![
        ("client_id", client),
        ("redirect_uri", CB),
        ("response_type", "code"),
        ("scope", scope),
        ("state", "s1 &=?"),
        ("nonce", "n1"),
        ("aud", BASE),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ]
}

fn printed(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    akson_core::query::print(&pairs)
}

fn changed<'r>(pairs: &[(&'r str, &'r str)], name: &'r str, value: &'r str) -> Vec<(&'r str, &'r str)> {
    let mut pairs: Vec<_> = pairs.iter().copied().filter(|pair| pair.0 != name).collect();
    if !value.is_empty() {
        pairs.push((name, value));
    }
    pairs
}

async fn authorize(stand: &Stand, pairs: &[(&str, &str)]) -> Answer {
    stand.get(&format!("/oauth/smart/authorize?{}", printed(pairs))).await
}

/// The name under which a request waits for its user.
pub async fn waits(stand: &Stand, client: &str, scope: &str) -> String {
    let challenge = sha256(VERIFIER);
    let answer = authorize(stand, &request(client, scope, &challenge)).await;
    let place = answer.is(303).header("location").to_string();
    let told = place.strip_prefix("https://record.example.no/oauth/smart/consent/");
    told.unwrap_or_else(|| panic!("{place}")).to_string()
}

/// The code that a user gives to an app.
async fn code(stand: &Stand, session: &SessionSeen, client: &str, scope: &str) -> String {
    let told = waits(stand, client, scope).await;
    let said = Said::Yes(Some("kari".to_string()));
    let address = stand.core.identity().answer(&Site::at(BASE), &told, session, said).await.unwrap();
    assert!(address.starts_with(&format!("{CB}?")), "{address}");
    assert_eq!(parameter(&address, "state").as_deref(), Some("s1 &=?"));
    assert_eq!(parameter(&address, "iss").as_deref(), Some("https://record.example.no/oauth/smart"));
    parameter(&address, "code").unwrap_or_else(|| panic!("{address}"))
}

fn exchange<'f>(client: &'f str, code: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("redirect_uri", CB),
        ("code_verifier", VERIFIER),
    ]
}

async fn post(stand: &Stand, form: &[(&str, &str)]) -> Answer {
    stand.post("/oauth/smart/token", &[], form).await
}

pub async fn tokens(stand: &Stand, session: &SessionSeen, scope: &str) -> Value {
    let code = code(stand, session, "app", scope).await;
    post(stand, &exchange("app", &code)).await.is(200).value()
}

pub fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

pub async fn refresh(stand: &Stand, token: &str, scope: &str) -> Answer {
    let form = [("grant_type", "refresh_token"), ("client_id", "app"), ("refresh_token", token), ("scope", scope)];
    let form = &form[..if scope.is_empty() { 3 } else { 4 }];
    post(stand, form).await
}

#[tokio::test]
async fn nothing_is_sent_to_an_address_that_is_not_registered() {
    let (stand, _) = stand().await;
    let challenge = sha256(VERIFIER);
    let sound = request("app", ASKED, &challenge);
    for address in [
        "",
        "https://evil.example/cb",
        "https://app.example.no/cb/",
        "https://app.example.no/CB",
        "https://APP.example.no/cb",
        "https://app.example.no:443/cb",
        "https://app.example.no/cb?x=1",
        "https://app.example.no/cb#x",
        "https://app.example.no/%63b",
        "https://app.example.no/x/..;/cb",
        "https://app.example.no/x/../cb",
        "https://app.example.no@evil.example/cb",
        "https://app.example.no.evil.example/cb",
        "https://app.example.no/cb%2e",
        "https://app.example.no/cb https://evil.example",
        "http://app.example.no/cb",
        "//app.example.no/cb",
        "javascript:alert(1)",
    ] {
        let answer = authorize(&stand, &changed(&sound, "redirect_uri", address)).await;
        answer.is(400);
        assert_eq!(answer.header("location"), "", "{address}");
        assert!(answer.header("content-type").starts_with("text/html"));
    }
    for client in ["", "nobody", "akson-script"] {
        let answer = authorize(&stand, &changed(&sound, "client_id", client)).await;
        assert_eq!((answer.status, answer.header("location")), (400, ""), "{client}");
    }
    let twice = format!("/oauth/smart/authorize?{}&redirect_uri=https://evil.example", printed(&sound));
    let answer = stand.get(&twice).await;
    assert_eq!((answer.status, answer.header("location")), (400, ""));
    assert_eq!(answer.header("access-control-allow-origin"), "", "no page reads it");
}

#[tokio::test]
async fn a_wrong_request_goes_back_to_the_app() {
    let (stand, _) = stand().await;
    let challenge = sha256(VERIFIER);
    let sound = request("app", ASKED, &challenge);
    for (name, value, error) in [
        ("response_type", "", "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "code id_token", "unsupported_response_type"),
        ("response_mode", "fragment", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("aud", "", "invalid_request"),
        ("aud", "https://other.example/fhir", "invalid_request"),
        ("aud", "https://record.example.no", "invalid_request"),
        ("scope", "", "invalid_scope"),
        ("scope", "patient/Patient.dus", "invalid_scope"),
        ("scope", "user/Patient.rs", "invalid_scope"),
        ("scope", "patient/Condition.rs", "invalid_scope"),
        ("scope", "system/Patient.rs", "invalid_scope"),
        ("scope", "patient/Patient.rs system/Patient.rs", "invalid_scope"),
        ("scope", "launch/patient", "invalid_scope"),
        ("scope", "patient/Patient.rs online_access offline_access", "invalid_scope"),
        ("launch", "unknown", "invalid_request"),
        ("request", "eyJ", "invalid_request"),
    ] {
        let answer = authorize(&stand, &changed(&sound, name, value)).await;
        let place = answer.is(303).header("location").to_string();
        assert!(place.starts_with(&format!("{CB}?")), "{place}");
        assert_eq!(parameter(&place, "error").as_deref(), Some(error), "{name}={value}");
        assert_eq!(parameter(&place, "state").as_deref(), Some("s1 &=?"));
        assert_eq!(parameter(&place, "iss").as_deref(), Some("https://record.example.no/oauth/smart"));
        assert_eq!(parameter(&place, "code"), None);
    }
    let posted = stand.post("/oauth/smart/authorize", &[], &sound).await;
    assert!(posted.is(303).header("location").contains("/oauth/smart/consent/"), "POST works like GET");
    let narrowed = waits(&stand, "app", "patient/*.cruds openid nonsense user/Patient.rs").await;
    let (asked, _) = stand.core.identity().asked_by(&narrowed).unwrap().unwrap();
    assert_eq!(asked.scopes, "patient/Patient.rs patient/Observation.rs openid", "reduced, never widened");
}

#[tokio::test]
async fn an_app_gets_what_its_user_gave() {
    let (stand, _) = stand().await;
    let session = stand.sign_in("astrid-lege").await;
    let code = code(&stand, &session, "app", ASKED).await;
    let answer = post(&stand, &exchange("app", &code)).await;
    let value = answer.is(200).value();
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
    assert_eq!(text(&value, "token_type"), "Bearer");
    assert_eq!((text(&value, "scope"), text(&value, "patient")), (ASKED, "kari"));
    assert!(value["expires_in"].as_i64().unwrap() <= 600);
    let caller = stand.caller(Scheme::Bearer, text(&value, "access_token"), &[]).unwrap();
    let Who::Staff(staff) = &caller.who else { panic!("{caller:?}") };
    assert_eq!(staff.practitioner, "astrid-lege");
    let app = caller.app.clone().unwrap();
    assert!(app.patient.is_some());
    assert_eq!(app.scopes.join(" "), ASKED);
    assert!(stand.core.record(caller.clone()).read("Patient", "kari").await.is_ok());
    assert!(stand.core.record(caller.clone()).read("Patient", "aase").await.is_err(), "another patient");
    assert!(stand.core.record(caller).read("Condition", "x").await.is_err(), "a type without scope");
    let (head, claims) = id_token(text(&value, "id_token"));
    assert_eq!((head["alg"].as_str(), head["kid"].is_string()), (Some("RS256"), true));
    assert_eq!(claims["iss"], "https://record.example.no/oauth/smart");
    assert_eq!((claims["aud"].as_str(), claims["nonce"].as_str()), (Some("app"), Some("n1")));
    assert_eq!(claims["fhirUser"], format!("{BASE}/Practitioner/astrid-lege"));
    let sub = claims["sub"].as_str().unwrap();
    assert!(!sub.is_empty() && sub.len() < 256);
    assert!(claims["exp"].as_i64().unwrap() > stand.now() && claims["iat"].as_i64().unwrap() <= stand.now());
    assert!(claims["at_hash"].is_string() && claims["auth_time"].is_number());
    assert!(!stand.takes(text(&value, "id_token")), "an id_token is no access token");
    assert!(!stand.takes(text(&value, "refresh_token")), "nor is a refresh token");
    let keys = stand.get("/oauth/smart/jwks").await.value();
    assert!(keys["keys"].as_array().unwrap().iter().any(|key| key["kid"] == head["kid"] && key["kty"] == "RSA"));
}

fn id_token(token: &str) -> (Value, Value) {
    let read = |part: &str| {
        let bytes = akson_core::base64::decode(&part.replace('-', "+").replace('_', "/")).unwrap();
        serde_json::from_slice::<Value>(&bytes).unwrap()
    };
    let parts: Vec<&str> = token.split('.').collect();
    (read(parts[0]), read(parts[1]))
}

#[tokio::test]
async fn a_user_gives_no_more_than_they_have() {
    let (stand, _) = stand().await;
    let site = Site::at(BASE);
    let identity = stand.core.identity();
    for (person, patient, error) in [
        ("astrid-lege", None, "access_denied"),
        ("astrid-lege", Some("nobody"), "access_denied"),
        ("aase", Some("kari"), "access_denied"),
        ("lise-drift", Some("kari"), "access_denied"),
    ] {
        let session = stand.sign_in(person).await;
        let told = waits(&stand, "app", ASKED).await;
        let address = identity.answer(&site, &told, &session, Said::Yes(patient.map(str::to_string))).await.unwrap();
        assert_eq!(parameter(&address, "error").as_deref(), Some(error), "{person} {patient:?} {address}");
        assert_eq!(parameter(&address, "code"), None);
    }
    let session = stand.sign_in("kari").await;
    let told = waits(&stand, "app", ASKED).await;
    let address = identity.answer(&site, &told, &session, Said::No).await.unwrap();
    assert_eq!(parameter(&address, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&address, "state").as_deref(), Some("s1 &=?"));
    assert!(identity.answer(&site, &told, &session, Said::Yes(None)).await.is_err(), "a no stays a no");
    let told = waits(&stand, "app", ASKED).await;
    stand.pass(601);
    assert!(identity.answer(&site, &told, &session, Said::Yes(Some("kari".into()))).await.is_err(), "too late");
    let session = stand.sign_in("kari").await;
    let value = tokens(&stand, &session, ASKED).await;
    assert_eq!(id_token(text(&value, "id_token")).1["fhirUser"], format!("{BASE}/Patient/kari"));
    let operator = stand.sign_in("operator").await;
    let value = tokens(&stand, &operator, ASKED).await;
    assert!(!text(&value, "scope").contains("fhirUser"), "who is no resource has no fhirUser");
}

#[tokio::test]
async fn a_code_is_good_for_one_app_once() {
    let (stand, _) = stand().await;
    let session = stand.sign_in("astrid-lege").await;
    let first = code(&stand, &session, "app", ASKED).await;
    for (name, value, status, error) in [
        ("code", "", 400, "invalid_request"),
        ("code", "wrong", 400, "invalid_grant"),
        ("client_id", "other", 400, "invalid_grant"),
        ("client_id", "clinic", 401, "invalid_client"),
        ("client_id", "nobody", 401, "invalid_client"),
        ("client_id", "", 401, "invalid_client"),
        ("redirect_uri", "", 400, "invalid_grant"),
        ("redirect_uri", "https://app.example.no/other", 400, "invalid_grant"),
        ("code_verifier", "", 400, "invalid_grant"),
        ("code_verifier", "wrong", 400, "invalid_grant"),
        ("code_verifier", &sha256(VERIFIER), 400, "invalid_grant"),
        ("client_secret", "x", 401, "invalid_client"),
    ] {
        let answer = post(&stand, &changed(&exchange("app", &first), name, value)).await;
        assert_eq!(answer.status, status, "{name}={value} {}", answer.text());
        answer.refuses(status, error);
    }
    let value = post(&stand, &exchange("app", &first)).await.is(200).value();
    let (access, renewing) = (text(&value, "access_token"), text(&value, "refresh_token"));
    assert!(stand.takes(access));
    post(&stand, &exchange("app", &first)).await.refuses(400, "invalid_grant");
    assert!(!stand.takes(access), "a code shown again ends what came of it");
    refresh(&stand, renewing, "").await.refuses(400, "invalid_grant");
    let late = code(&stand, &session, "app", ASKED).await;
    stand.pass(60);
    post(&stand, &exchange("app", &late)).await.refuses(400, "invalid_grant");
}

#[tokio::test]
async fn a_code_at_once_is_good_at_most_once() {
    let (stand, _) = stand().await;
    let session = stand.sign_in("astrid-lege").await;
    let code = code(&stand, &session, "app", ASKED).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (stand, code) = (stand.clone(), code.clone());
        tasks.spawn(async move { post(&stand, &exchange("app", &code)).await });
    }
    let answers = tasks.join_all().await;
    let taken: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert!(taken.len() <= 1);
    for answer in taken {
        assert!(!stand.takes(text(&answer.value(), "access_token")), "and ends at the second");
    }
}

#[tokio::test]
async fn refreshing_never_widens_and_turns() {
    let (stand, _) = stand().await;
    let session = stand.sign_in("astrid-lege").await;
    let value = tokens(&stand, &session, ASKED).await;
    let first = text(&value, "refresh_token");
    for (token, scope, error) in [
        ("wrong", "", "invalid_grant"),
        (first, "patient/Observation.rs", "invalid_scope"),
        (first, "patient/*.rs", "invalid_scope"),
        (first, "patient/Patient.cruds", "invalid_scope"),
        (first, "nonsense", "invalid_scope"),
    ] {
        refresh(&stand, token, scope).await.refuses(400, error);
    }
    let form = [("grant_type", "refresh_token"), ("client_id", "other"), ("refresh_token", first)];
    post(&stand, &form).await.refuses(400, "invalid_grant");
    let value = refresh(&stand, first, "").await.is(200).value();
    assert_eq!((text(&value, "scope"), text(&value, "patient")), (ASKED, "kari"));
    let second = text(&value, "refresh_token").to_string();
    assert_ne!(second, first);
    assert!(stand.takes(text(&value, "access_token")));
    let narrow = refresh(&stand, &second, "patient/Patient.r").await.is(200).value();
    assert_eq!(text(&narrow, "scope"), "patient/Patient.r");
    let third = text(&narrow, "refresh_token").to_string();
    let whole = refresh(&stand, &third, "").await.is(200).value();
    assert_eq!(text(&whole, "scope"), ASKED, "asking for less once loses nothing");
    stand.pass(31);
    refresh(&stand, first, "").await.refuses(400, "invalid_grant");
    refresh(&stand, text(&whole, "refresh_token"), "").await.refuses(400, "invalid_grant");
    assert!(!stand.takes(text(&whole, "access_token")), "a stolen token ends the grant");
}

/// fhirclient leaves the name out; only who can show nothing else may.
#[tokio::test]
async fn a_public_client_may_refresh_without_its_name() {
    let (stand, pair) = stand().await;
    let session = stand.sign_in("astrid-lege").await;
    let value = tokens(&stand, &session, ASKED).await;
    let nameless = async |token: &str| post(&stand, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await;
    for token in ["", "wrong", text(&value, "access_token")] {
        nameless(token).await.refuses(401, "invalid_client");
    }
    let turned = nameless(text(&value, "refresh_token")).await.is(200).value();
    assert_ne!(text(&turned, "refresh_token"), text(&value, "refresh_token"));
    let revoke = [("token", text(&turned, "refresh_token")), ("client_id", "app")];
    stand.post("/oauth/smart/revoke", &[], &revoke).await.is(200);
    nameless(text(&turned, "refresh_token")).await.refuses(400, "invalid_grant");
    // Who has a key or a secret must show it, also when its token is right.
    let code = code(&stand, &session, "clinic", "user/Patient.rs offline_access").await;
    let assertion = pair.sign(&pair.header(), &stand.claims("clinic", TOKEN));
    let mut form = exchange("clinic", &code);
    form.extend([("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion)]);
    let value = post(&stand, &form).await.is(200).value();
    nameless(text(&value, "refresh_token")).await.refuses(401, "invalid_client");
}

#[tokio::test]
async fn refreshing_at_once_gives_everybody_the_same() {
    let (stand, _) = stand().await;
    let session = stand.sign_in("astrid-lege").await;
    let mut token = text(&tokens(&stand, &session, ASKED).await, "refresh_token").to_string();
    for _ in 0..3 {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..64 {
            let (stand, token) = (stand.clone(), token.clone());
            tasks.spawn(async move {
                let value = refresh(&stand, &token, "").await.is(200).value();
                assert!(stand.takes(text(&value, "access_token")));
                text(&value, "refresh_token").to_string()
            });
        }
        let mut next = tasks.join_all().await;
        next.dedup();
        assert_eq!(next.len(), 1, "one and the same");
        token = next.remove(0);
    }
}

#[tokio::test]
async fn online_access_ends_with_the_session_and_offline_goes_on() {
    let (stand, _) = stand().await;
    let online = "launch/patient patient/Patient.rs online_access";
    let account = stand.sign_in("astrid-lege").await;
    let (with, without) = (tokens(&stand, &account, online).await, tokens(&stand, &account, ASKED).await);
    let plain = tokens(&stand, &account, "launch/patient patient/Patient.rs").await;
    assert_eq!(plain.get("refresh_token"), None);
    let renewed = refresh(&stand, text(&with, "refresh_token"), "").await.is(200).value();
    assert!(stand.takes(text(&renewed, "access_token")) && stand.takes(text(&plain, "access_token")));
    stand.core.identity().end_sessions_of(&account.signed.account).await.unwrap();
    assert!(!stand.takes(text(&renewed, "access_token")) && !stand.takes(text(&plain, "access_token")));
    refresh(&stand, text(&renewed, "refresh_token"), "").await.refuses(400, "invalid_grant");
    assert!(stand.takes(text(&without, "access_token")));
    let offline = refresh(&stand, text(&without, "refresh_token"), "").await.is(200).value();
    stand.core.identity().set_account(&account.signed.account, false).await.unwrap();
    assert!(!stand.takes(text(&offline, "access_token")), "a closed account ends all");
    refresh(&stand, text(&offline, "refresh_token"), "").await.refuses(400, "invalid_grant");
}

#[tokio::test]
async fn a_client_with_a_key_keeps_its_refresh_token() {
    let (stand, pair) = stand().await;
    let session = stand.sign_in("astrid-lege").await;
    let code = code(&stand, &session, "clinic", "user/Patient.rs offline_access").await;
    let form = |more: &[(&'static str, &str)], assertion: &str| {
        let mut form = vec![
            ("client_assertion_type".to_string(), ASSERTION_TYPE.to_string()),
            ("client_assertion".to_string(), assertion.to_string()),
        ];
        form.extend(more.iter().map(|(name, value)| (name.to_string(), value.to_string())));
        form
    };
    let assertion = || pair.sign(&pair.header(), &stand.claims("clinic", TOKEN));
    let send = async |form: Vec<(String, String)>| {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        post(&stand, &form).await
    };
    let exchange =
        [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CB), ("code_verifier", VERIFIER)];
    let value = send(form(&exchange, &assertion())).await.is(200).value();
    assert_eq!(value.get("patient"), None, "no patient was asked for");
    let token = text(&value, "refresh_token");
    for _ in 0..3 {
        let refresh = [("grant_type", "refresh_token"), ("refresh_token", token)];
        let value = send(form(&refresh, &assertion())).await.is(200).value();
        assert_eq!(text(&value, "refresh_token"), token);
        stand.pass(60);
    }
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "clinic")];
    post(&stand, &refresh).await.refuses(401, "invalid_client");
    let own = [("grant_type", "client_credentials"), ("scope", "system/Patient.rs")];
    send(form(&own, &assertion())).await.refuses(400, "unauthorized_client");
}

#[tokio::test]
async fn a_shared_secret_is_compared_and_not_kept() {
    let stand = Stand::with_sample().await;
    let secret = stand.client("old", Profile::LegacySmartSecret, PUBLIC, &[]).await.unwrap();
    let session = stand.sign_in("astrid-lege").await;
    let basic = |secret: &str| {
        let mut text = String::from("Basic ");
        akson_core::base64::encode(format!("old:{secret}").as_bytes(), &mut text);
        text
    };
    let code = code(&stand, &session, "old", ASKED).await;
    let form = exchange("old", &code);
    for header in [basic("wrong"), basic(""), "Basic x".to_string()] {
        let answer = stand.post("/oauth/smart/token", &[("authorization", &header)], &form).await;
        answer.refuses(401, "invalid_client");
        assert!(answer.header("www-authenticate").starts_with("Basic"));
    }
    post(&stand, &form).await.refuses(401, "invalid_client");
    stand.post("/oauth/smart/token", &[("authorization", &basic(&secret))], &form).await.is(200);
    let kept = stand.core.identity().client("old").unwrap().unwrap();
    assert_ne!(kept.secret.as_deref(), Some(secret.as_str()));
}

#[tokio::test]
async fn a_launch_is_for_one_app_and_one_session_once() {
    let (stand, _) = stand().await;
    let (site, identity) = (Site::at(BASE), stand.core.identity());
    let session = stand.sign_in("astrid-lege").await;
    let context = || Context {
        patient: Some("kari".to_string()),
        need_patient_banner: Some(true),
        fhir_context: vec![serde_json::json!({ "reference": "Task/t1" })],
        intent: Some("reconcile-medications".to_string()),
        ..Context::default()
    };
    let launch = async || {
        let address = identity.launch(&site, &session, "app", context()).await.unwrap();
        assert!(address.starts_with("https://app.example.no/launch?"), "{address}");
        assert_eq!(parameter(&address, "iss").as_deref(), Some(BASE));
        parameter(&address, "launch").unwrap()
    };
    let challenge = sha256(VERIFIER);
    let with = |client: &'static str, scope: &'static str, launch: &str| {
        let mut pairs: Vec<(String, String)> = request(client, scope, &challenge)
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        pairs.push(("launch".to_string(), launch.to_string()));
        format!("/oauth/smart/authorize?{}", akson_core::query::print(&pairs))
    };
    let scope = "launch openid patient/Patient.rs";
    let told = launch().await;
    for address in [with("other", scope, &told), with("app", "openid patient/Patient.rs", &told)] {
        let place = stand.get(&address).await.is(303).header("location").to_string();
        assert_eq!(parameter(&place, "error").as_deref(), Some("invalid_request"), "{place}");
    }
    let place = stand.get(&with("app", scope, &told)).await.header("location").to_string();
    let waiting = place.rsplit('/').next().unwrap().to_string();
    let again = stand.get(&with("app", scope, &told)).await.header("location").to_string();
    assert_eq!(parameter(&again, "error").as_deref(), Some("invalid_request"), "used");
    // Somebody else's browser, and the same person in another session.
    for person in ["bjorn-lege", "astrid-lege"] {
        let other = stand.sign_in(person).await;
        let told = launch().await;
        let place = stand.get(&with("app", scope, &told)).await.header("location").to_string();
        let waiting = place.rsplit('/').next().unwrap();
        let address = identity.answer(&site, waiting, &other, Said::Yes(None)).await.unwrap();
        assert_eq!(parameter(&address, "error").as_deref(), Some("access_denied"), "{address}");
    }
    // What the user chooses is not heard: the launch says it.
    let address = identity.answer(&site, &waiting, &session, Said::Yes(Some("aase".to_string()))).await.unwrap();
    let value = post(&stand, &exchange("app", &parameter(&address, "code").unwrap())).await.is(200).value();
    assert_eq!((text(&value, "patient"), &value["need_patient_banner"]), ("kari", &Value::Bool(true)));
    assert_eq!(value["fhirContext"][0]["reference"], "Task/t1");
    assert_eq!(text(&value, "intent"), "reconcile-medications");
    let late = launch().await;
    stand.pass(301);
    let place = stand.get(&with("app", scope, &late)).await.header("location").to_string();
    assert_eq!(parameter(&place, "error").as_deref(), Some("invalid_request"), "too late");
    let hidden = Context { patient: Some("nobody".to_string()), ..Context::default() };
    assert!(identity.launch(&site, &session, "app", hidden).await.is_err());
}

#[tokio::test]
async fn what_an_app_was_started_for_is_told_again() {
    let (stand, pair) = stand().await;
    let (site, identity) = (Site::at(BASE), stand.core.identity());
    let session = stand.sign_in("operator").await;
    let caller = identity.caller_of_session(&session, stand.core.now(), "r").unwrap();
    let visit = r#"{"resourceType":"Encounter","id":"e1","status":"in-progress","subject":{"reference":"Patient/kari"},
        "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"}}"#;
    let visit = akson_fhir::resource::Resource::parse_json(visit.as_bytes()).unwrap();
    stand.core.record(caller).update(visit, akson_core::Expected::Any).await.unwrap();
    let context = Context { patient: Some("kari".into()), encounter: Some("e1".into()), ..Context::default() };
    let address = identity.launch(&site, &session, "clinic", context).await.unwrap();
    let launch = parameter(&address, "launch").unwrap();
    let challenge = sha256(VERIFIER);
    let mut asked = request("clinic", "launch openid patient/Patient.rs", &challenge);
    asked.push(("launch", &launch));
    let place = authorize(&stand, &asked).await.is(303).header("location").to_string();
    let told = place.rsplit('/').next().unwrap().to_string();
    let address = identity.answer(&site, &told, &session, Said::Yes(None)).await.unwrap();
    let code = parameter(&address, "code").unwrap();
    let assertion = || pair.sign(&pair.header(), &stand.claims("clinic", TOKEN));
    let (one, two) = (assertion(), assertion());
    let mut form = exchange("clinic", &code);
    form.extend([("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &one)]);
    let value = post(&stand, &form).await.is(200).value();
    assert_eq!((text(&value, "patient"), text(&value, "encounter")), ("kari", "e1"));
    let form = [
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", &two),
        ("token", text(&value, "access_token")),
    ];
    let worth = stand.post("/oauth/smart/introspect", &[], &form).await.is(200).value();
    assert_eq!((text(&worth, "patient"), text(&worth, "encounter")), ("kari", "e1"));
    let claims = id_token(text(&value, "id_token")).1;
    assert_eq!((&worth["iss"], &worth["sub"]), (&claims["iss"], &claims["sub"]));
    assert_eq!(worth["scope"], value["scope"]);
}
