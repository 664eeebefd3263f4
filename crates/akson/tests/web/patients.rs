//! The patients' page: what is looked for stands in no address, and nobody is told of whom they may not see.

use crate::stand::Stand;

async fn stand() -> Stand {
    let stand = Stand::new().await;
    for text in [
        r#"{"resourceType":"Patient","id":"aase","name":[{"family":"Testmyr","given":["Åse","Marie"]}],"birthDate":"1938-11-02","gender":"female","generalPractitioner":[{"reference":"Practitioner/nina"}]}"#,
        r#"{"resourceType":"Patient","id":"hidden","meta":{"security":[{"system":"urn:akson:act","code":"x"}]},"name":[{"family":"Fremmed","given":["Siri"]}]}"#,
        r#"{"resourceType":"EpisodeOfCare","id":"e1","status":"active","patient":{"reference":"Patient/aase"},"managingOrganization":{"reference":"Organization/home"}}"#,
    ] {
        stand.put(text).await;
    }
    stand
}

#[tokio::test]
async fn what_is_looked_for_stands_in_no_address() {
    let stand = stand().await;
    let mut browser = stand.browser();
    browser.sign_in("olga", "/").await;
    let tag = browser.get("/patients").await.tag();
    let answer = browser.post("/patients/search", &format!("tag={tag}&words=testmyr+%C3%A5se")).await;
    let to = answer.to().to_string();
    assert!(to.starts_with("/patients?q=") && !to.contains("testmyr"), "{to}");
    let page = browser.get(&to).await;
    assert!(page.text.contains("href=\"/patients/aase\"") && page.text.contains("Testmyr, Åse Marie"), "{}", page.text);
    assert!(page.text.contains("02.11.1938") && page.text.contains("value=\"testmyr åse\""));
    // Another session can't read it.
    let mut other = stand.browser();
    other.sign_in("olga", "/").await;
    assert_eq!(other.get(&to).await.status, 404);
}

#[tokio::test]
async fn letters_and_the_order_of_words_do_not_matter() {
    let stand = stand().await;
    let mut browser = stand.browser();
    browser.sign_in("olga", "/").await;
    let tag = browser.get("/patients").await.tag();
    for written in ["%C3%A5se", "aase", "ase", "ASE+TESTMYR", "Testmyr,+Marie", "mar", "02.11.1938", "02111938", "1938"]
    {
        let answer = browser.post("/patients/palette", &format!("tag={tag}&words={written}")).await;
        assert!(answer.text.contains("/patients/aase"), "{written}: {}", answer.text);
    }
    for written in ["xyz", "02.11.1939", "%7C%5C%24", "02913800004"] {
        let answer = browser.post("/patients/palette", &format!("tag={tag}&words={written}")).await;
        assert!(!answer.text.contains("/patients/aase"), "{written}");
        assert_eq!(answer.status, 200, "{written}");
    }
}

#[tokio::test]
async fn whom_one_may_not_see_is_not_told_of() {
    let stand = stand().await;
    let mut browser = stand.browser();
    browser.sign_in("olga", "/").await;
    let page = browser.get("/patients").await;
    assert!(page.text.contains("Testmyr") && !page.text.contains("Fremmed") && !page.text.contains("Prøvedal"));
    let tag = page.tag();
    let answer = browser.post("/patients/palette", &format!("tag={tag}&words=fremmed")).await;
    assert!(!answer.text.contains("Siri") && answer.text.contains("Ingen treff på «fremmed»"), "{}", answer.text);
}

#[tokio::test]
async fn a_leader_is_told_that_the_role_sees_no_patients() {
    let stand = stand().await;
    let mut browser = stand.browser();
    browser.sign_in("nina", "/").await;
    let tag = browser.get("/role").await.tag();
    browser.post("/role", &format!("tag={tag}&role=nina-town&return=/")).await;
    let page = browser.get("/patients").await;
    assert!(page.text.contains("Rollen din ser ingen pasienter"), "{}", page.text);
}
