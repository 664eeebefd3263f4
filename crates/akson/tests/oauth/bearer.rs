//! Access tokens: what is no token of this record's makes no caller, and revoking ends them at once, for good.

use akson_core::identity::{Issuer, Presented, Profile, Scheme, Site};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::pair::{Pair, text};
use super::stand::{BASE, Stand};

const SCOPE: &str = "system/Patient.rs";

async fn stand() -> (Stand, Pair) {
    let (stand, pair) = (Stand::new(), Pair::new(Algorithm::ES384, "k1"));
    stand.client("lab", Profile::SmartBackend, SCOPE, &[&pair]).await;
    (stand, pair)
}

fn parts(token: &str) -> (Value, Value, String) {
    let parts: Vec<&str> = token.split('.').collect();
    let read = |part: &str| {
        let bytes = akson_core::base64::decode(&part.replace('-', "+").replace('_', "/")).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    (read(parts[0]), read(parts[1]), parts[2].to_string())
}

#[tokio::test]
async fn a_forged_token_makes_no_caller() {
    let (stand, pair) = stand().await;
    let token = stand.system_token("lab", &pair, SCOPE).await;
    let (header, claims, signature) = parts(&token);
    assert_eq!((header["typ"].as_str(), header["alg"].as_str()), (Some("at+jwt"), Some("ES256")));
    assert_eq!(claims["aud"], BASE);
    let changed = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        header
    };
    let stranger = Pair::new(Algorithm::ES256, header["kid"].as_str().unwrap());
    let wider = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        format!("{}.{}.{signature}", text(&header), text(&claims))
    };
    let keys = stand.core.identity().public_keys(Issuer::Smart).await.unwrap();
    let symmetric = format!("{}.{}", text(&changed("alg", json!("HS256"))), text(&claims));
    let macs = keys["keys"].as_array().unwrap().iter().map(|key| {
        let secret = jsonwebtoken::EncodingKey::from_secret(key.to_string().as_bytes());
        let mac = jsonwebtoken::crypto::sign(symmetric.as_bytes(), &secret, Algorithm::HS256).unwrap();
        format!("{symmetric}.{mac}")
    });
    let mut cases: Vec<String> = macs.collect();
    cases.extend([
        String::new(),
        "x".repeat(20_000),
        format!("{}.{}.", text(&changed("alg", json!("none"))), text(&claims)),
        format!("{}.{}.{signature}", text(&changed("alg", json!("none"))), text(&claims)),
        stranger.sign(&header, &claims),
        stranger.sign(&changed("jwk", stranger.jwk()), &claims),
        stranger.sign(&changed("jku", json!("https://evil.example/keys")), &claims),
        stranger.sign(&changed("x5u", json!("https://evil.example/keys")), &claims),
        format!("{}.{}.{signature}", text(&changed("kid", json!("other"))), text(&claims)),
        format!("{}.{}.{signature}", text(&changed("typ", json!("JWT"))), text(&claims)),
        wider("scope", json!("system/*.cruds")),
        wider("exp", json!(stand.now() + 100_000)),
        wider("client_id", json!("other")),
        wider("aud", json!("https://other.example/fhir")),
        token[..token.len() - 2].to_string(),
        format!("{token}."),
        format!(" {token}"),
    ]);
    for case in cases {
        assert!(!stand.takes(&case), "{case}");
    }
    assert_eq!(stand.system(&token), "lab");
}

#[tokio::test]
async fn a_token_is_for_one_record_and_one_way_of_showing_it() {
    let (stand, pair) = stand().await;
    let token = stand.system_token("lab", &pair, SCOPE).await;
    let url = "https://other.example/fhir/Patient/1";
    let shown = Presented { scheme: Scheme::Bearer, token: &token, proofs: &[], method: "GET", url };
    let other = Site::at("https://other.example/fhir");
    assert!(stand.core.identity().caller_of_token(&other, &shown, stand.core.now(), "r").is_err());
    let holder = Pair::new(Algorithm::ES256, "");
    let proof = stand.proof(&holder, "GET", &format!("{BASE}/Patient/1"), Some(&token));
    assert!(stand.caller(Scheme::Dpop, &token, &[proof]).is_err(), "bound to nothing, shown as bound");
    assert!(stand.takes(&token));
}

#[tokio::test]
async fn a_token_ends_at_its_time() {
    let (stand, pair) = stand().await;
    let token = stand.system_token("lab", &pair, SCOPE).await;
    stand.pass(599);
    assert!(stand.takes(&token));
    stand.pass(1);
    assert!(!stand.takes(&token));
}

#[tokio::test]
async fn removing_a_client_ends_its_tokens_at_once_and_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let pair = Pair::new(Algorithm::ES384, "k1");
    let (kept, ended) = {
        let stand = Stand::at(folder.path());
        stand.client("lab", Profile::SmartBackend, SCOPE, &[&pair]).await;
        stand.client("gone", Profile::SmartBackend, SCOPE, &[&pair]).await;
        let kept = stand.system_token("lab", &pair, SCOPE).await;
        let ended = stand.system_token("gone", &pair, SCOPE).await;
        assert!(stand.takes(&kept) && stand.takes(&ended));
        assert!(stand.core.identity().remove_client("gone").await.unwrap());
        assert!(stand.takes(&kept) && !stand.takes(&ended));
        // A new client of the same name has nothing of the old one.
        stand.client("gone", Profile::SmartBackend, SCOPE, &[&pair]).await;
        assert!(!stand.takes(&ended));
        (kept, ended)
    };
    let stand = Stand::at(folder.path());
    assert!(stand.takes(&kept), "keys and grants are kept");
    assert!(!stand.takes(&ended));
}

#[tokio::test]
async fn keys_rotate_with_overlap_and_end_at_once() {
    let (stand, pair) = stand().await;
    let before = stand.system_token("lab", &pair, SCOPE).await;
    let kid = |token: &str| parts(token).0["kid"].as_str().unwrap().to_string();
    stand.core.identity().rotate_keys().await.unwrap();
    let after = stand.system_token("lab", &pair, SCOPE).await;
    assert_ne!(kid(&before), kid(&after));
    assert!(stand.takes(&before) && stand.takes(&after), "both count");
    let published = stand.get("/oauth/smart/jwks").await.value();
    let names: Vec<&str> =
        published["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap()).collect();
    assert!(names.contains(&kid(&before).as_str()) && names.contains(&kid(&after).as_str()), "{names:?}");
    assert!(stand.core.identity().revoke_key(&kid(&before)).await.unwrap());
    assert!(!stand.takes(&before) && stand.takes(&after));
    assert!(stand.core.identity().revoke_key(&kid(&after)).await.unwrap());
    assert!(!stand.takes(&after));
    let anew = stand.system_token("lab", &pair, SCOPE).await;
    assert!(stand.takes(&anew), "a new key was made");
    assert!(!stand.core.identity().revoke_key("nothing").await.unwrap());
}

#[tokio::test]
async fn keys_are_published_without_their_private_halves() {
    let stand = Stand::new();
    for (path, kinds) in [("/oauth/smart/jwks", vec!["EC", "RSA"]), ("/oauth/fapi/jwks", vec!["EC"])] {
        let answer = stand.get(path).await;
        let keys = answer.is(200).value();
        let keys = keys["keys"].as_array().unwrap();
        let mut found: Vec<&str> = keys.iter().map(|key| key["kty"].as_str().unwrap()).collect();
        found.sort_unstable();
        assert_eq!(found, kinds, "{path}");
        for key in keys {
            for secret in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert_eq!(key.get(secret), None);
            }
            assert!(key["kid"].is_string() && key["alg"].is_string());
        }
    }
}

#[test]
fn a_private_key_is_not_in_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let stand = Stand::at(folder.path());
        stand.core.identity().public_keys(Issuer::Smart).await.unwrap();
        stand.core.close().await.unwrap();
    });
    use std::os::unix::fs::PermissionsExt;
    let seal = folder.path().join("signing.key");
    assert_eq!(std::fs::metadata(&seal).unwrap().permissions().mode() & 0o777, 0o600);
    let sealed = std::fs::read(&seal).unwrap();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let path = file.unwrap().path();
        if path == seal {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        // The name of the algorithm that begins every unsealed key, and the sealing key itself.
        for secret in
            [&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01][..], &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01][..], &sealed]
        {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{}", path.display());
        }
    }
    // Without its file there are new keys, and no failure.
    std::fs::remove_file(&seal).unwrap();
    runtime.block_on(async {
        let stand = Stand::at(folder.path());
        assert_eq!(stand.core.identity().keys(), Vec::new());
        assert_eq!(stand.get("/oauth/smart/jwks").await.is(200).value()["keys"].as_array().unwrap().len(), 2);
    });
    std::fs::set_permissions(&seal, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(akson_core::Core::open(folder.path(), akson_core::Settings::default()).is_err(), "others may read it");
}

#[tokio::test]
async fn scripts_get_tokens_in_a_sandbox_only() {
    let stand = Stand::new();
    let site = Site::at(BASE);
    assert!(stand.core.identity().script_token(&site, "operator", None).await.is_err());
    stand.core.identity().make_sandbox().await.unwrap();
    let token = stand.core.identity().script_token(&site, "operator", None).await.unwrap();
    let caller = stand.caller(Scheme::Bearer, &token, &[]).unwrap();
    assert_eq!((caller.name().as_str(), caller.app), ("operator", None));
    let narrow = stand.core.identity().script_token(&site, "operator", Some("user/Patient.r")).await.unwrap();
    let caller = stand.caller(Scheme::Bearer, &narrow, &[]).unwrap();
    assert_eq!(caller.app.unwrap().scopes, ["user/Patient.r"]);
    for (person, scope) in [("nobody", None), ("operator", Some("user/Patient.dus"))] {
        assert!(stand.core.identity().script_token(&site, person, scope).await.is_err(), "{person}");
    }
    stand.pass(8 * 3600);
    assert!(!stand.takes(&token));
}
