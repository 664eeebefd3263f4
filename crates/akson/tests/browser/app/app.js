// A SMART app, as small as fhirclient lets it be. The tests call `client` themselves.

/** Asks for access. Started from within Akson the address has `iss` and `launch`; opened by itself only `iss`. */
function start() {
  const launched = new URLSearchParams(location.search).has("launch");
  FHIR.oauth2.authorize({
    clientId: "app",
    scope: `${launched ? "launch" : "launch/patient"} openid fhirUser offline_access patient/Patient.rs patient/Observation.rs`,
    redirectUri: "index.html",
    pkceMode: "required",
  });
}

/** Takes the answer: `client` is there, or `trouble` says why it is not. */
function ready() {
  const say = (word) => { document.getElementById("state").textContent = word; };
  FHIR.oauth2.ready().then(
    (client) => { window.client = client; say("ready"); },
    (error) => { window.trouble = String(error); say(window.trouble); },
  );
}
