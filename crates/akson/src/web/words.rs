//! The texts of these pages in three languages, in a table.

use akson_core::Duty;

use crate::http::language::{Language, words};

words! {
    AKSON: "Velkommen til Akson", "Velkomen til Akson", "Welcome to Akson";
    LEAD: "Åpen journal for kommunale helse- og omsorgstjenester.", "Open journal for kommunale helse- og omsorgstenester.", "An open record for municipal health and care services.";
    SIGN_IN: "Logg inn", "Logg inn", "Sign in";
    CHOOSE_PERSON: "Velg en oppdiktet person", "Vel ein oppdikta person", "Choose an invented person";
    CHOOSE_PERSON_LEAD: "Her logger du inn ved å velge hvem du vil være. Hver person ser det rollen og relasjonene gir rett til.", "Her loggar du inn ved å velje kven du vil vere. Kvar person ser det rolla og relasjonane gir rett til.", "Here you sign in by choosing whom to be. Each person sees what their role and relations give a right to.";
    STORIES: "Historier å klikke seg gjennom", "Historier å klikke seg gjennom", "Stories to click through";
    STAFF: "Ansatte", "Tilsette", "Staff";
    CITIZENS: "Innbyggere", "Innbyggjarar", "Inhabitants";
    OTHERS: "Drift", "Drift", "Operations";
    OPERATOR: "Operatør", "Operatør", "Operator";
    OPERATOR_TEXT: "Ser alt i sandkassen", "Ser alt i sandkassa", "Sees everything in the sandbox";
    BORN: "Født", "Fødd", "Born";
    NOBODY: "Det er ikke satt opp noen innlogging her. Den som drifter Akson, legger inn en leverandør i akson.toml.", "Det er ikkje sett opp noka innlogging her. Den som driftar Akson, legg inn ein leverandør i akson.toml.", "No way to sign in is set up here. Whoever runs Akson names a provider in akson.toml.";
    HELD: "Apper med tilgang", "Appar med tilgang", "Apps with access";
    CHOOSE_ROLE: "Velg rolle", "Vel rolle", "Choose a role";
    CHOOSE_ROLE_LEAD: "Du har flere roller. Hva du ser, følger av rollen du velger nå.", "Du har fleire roller. Kva du ser, følgjer av rolla du vel no.", "You have several roles. What you see follows from the role you choose now.";
    CHOOSE_WHOM: "Hvem gjelder det?", "Kven gjeld det?", "For whom?";
    CHOOSE_WHOM_LEAD: "Du kan bruke Akson for deg selv eller for en du har rett til å representere.", "Du kan bruke Akson for deg sjølv eller for ein du har rett til å representere.", "You can use Akson for yourself or for somebody you have a right to represent.";
    MYSELF: "Meg selv", "Meg sjølv", "Myself";
    ON_BEHALF: "På vegne av", "På vegner av", "On behalf of";
    NO_ROLE: "Du har ingen rolle her nå", "Du har inga rolle her no", "You have no role here now";
    NO_ROLE_LEAD: "Rollen er avsluttet eller har ikke begynt. Snakk med lederen din.", "Rolla er avslutta eller har ikkje byrja. Snakk med leiaren din.", "The role has ended or not begun. Talk to your leader.";
    SESSION: "Min økt", "Mi økt", "My session";
    NAME: "Navn", "Namn", "Name";
    ROLE: "Rolle", "Rolle", "Role";
    UNIT: "Enhet", "Eining", "Unit";
    SIGNED_IN_BY: "Logget inn med", "Logga inn med", "Signed in with";
    SIGNED_IN_AT: "Logget inn", "Logga inn", "Signed in";
    SECURITY: "Sikkerhetsnivå", "Tryggleiksnivå", "Level of assurance";
    CHANGE_ROLE: "Bytt rolle", "Byt rolle", "Change role";
    CHANGE_WHOM: "Bytt person", "Byt person", "Change person";
    LOCK: "Lås økten", "Lås økta", "Lock the session";
    SIGN_OUT: "Logg ut", "Logg ut", "Sign out";
    SIGN_OUT_TEXT: "Økten låses når ingen har vært her på 15 minutter, og avsluttes etter 12 timer.", "Økta blir låst når ingen har vore her på 15 minutt, og avslutta etter 12 timar.", "The session is locked when nobody has been here for 15 minutes, and ends after 12 hours.";
    LOCKED: "Økten er låst", "Økta er låst", "The session is locked";
    LOCKED_LEAD: "Logg inn igjen for å fortsette der du var. Er du en annen, begynner du på nytt.", "Logg inn igjen for å halde fram der du var. Er du ein annan, byrjar du på nytt.", "Sign in again to go on where you were. If you are somebody else, you begin afresh.";
    CONTINUE_AS: "Fortsett som", "Hald fram som", "Go on as";
    ANOTHER: "Logg inn som en annen", "Logg inn som ein annan", "Sign in as somebody else";
    STILL_HERE: "Siden er skjult", "Sida er skjult", "The page is hidden";
    STILL_HERE_LEAD: "Ingen har brukt denne siden på en stund, men økten er åpen i et annet vindu.", "Ingen har brukt denne sida på ei stund, men økta er open i eit anna vindauge.", "Nobody has used this page for a while, but the session is open in another window.";
    CONTINUE: "Fortsett", "Hald fram", "Go on";
    SIGNED_OUT: "Du er logget ut", "Du er logga ut", "You are signed out";
    SIGNED_OUT_LEAD: "Økten er avsluttet på serveren. Lukk nettleseren hvis du deler maskinen med andre.", "Økta er avslutta på tenaren. Lukk nettlesaren om du deler maskina med andre.", "The session has ended on the server. Close the browser if you share this machine.";
    FRONT: "Til forsiden", "Til framsida", "To the start page";
    TRY: "Prøv grensesnittet", "Prøv grensesnittet", "Try the interface";
    TRY_LEAD: "FHIR-adressen er /fhir. Programmer trenger et token; i sandkassen lages det slik:", "FHIR-adressa er /fhir. Program treng eit token; i sandkassa blir det laga slik:", "The FHIR base is /fhir. Programs need a token; in the sandbox it is made like this:";
    YOU_SEE: "Det du har tilgang til", "Det du har tilgang til", "What you have access to";
    YOU_SEE_LEAD: "Skjermbildene kommer. Så lenge kan du lese det du har tilgang til som FHIR:", "Skjermbileta kjem. Så lenge kan du lese det du har tilgang til som FHIR:", "The screens are still to come. Until then you can read what you have access to as FHIR:";
    PATIENTS: "Pasienter", "Pasientar", "Patients";
    OBSERVATIONS: "De siste målingene", "Dei siste målingane", "The latest measurements";
    METADATA: "Hva serveren kan", "Kva tenaren kan", "What the server can do";
    NOT_FOUND: "Siden finnes ikke", "Sida finst ikkje", "There is no such page";
    NOT_FOUND_LEAD: "Adressen leder ikke noe sted, eller du har ikke tilgang til det som er der.", "Adressa leier ingen stad, eller du har ikkje tilgang til det som er der.", "The address leads nowhere, or you have no access to what is there.";
    DENIED: "Det går ikke", "Det går ikkje", "That is not possible";
    DENIED_LEAD: "Forespørselen kom ikke fra en av sidene her, eller siden var for gammel. Gå tilbake og prøv igjen.", "Førespurnaden kom ikkje frå ei av sidene her, eller sida var for gammal. Gå tilbake og prøv igjen.", "The request did not come from one of the pages here, or the page was too old. Go back and try again.";
    NOT_YOURS: "Dette er ikke for rollen din", "Dette er ikkje for rolla di", "This is not for your role";
    NOT_YOURS_LEAD: "Rollen du er logget inn med, har ikke tilgang hit. Har du en annen rolle, kan du bytte under økten din.", "Rolla du er logga inn med, har ikkje tilgang hit. Har du ei anna rolle, kan du byte under økta di.", "The role you are signed in with has no access here. If you have another role, you can change under your session.";
    NOT_YOU: "Du ble ikke logget inn", "Du vart ikkje logga inn", "You were not signed in";
    NOT_YOU_LEAD: "Innloggingen lyktes ikke, eller det finnes ingen åpen bruker for deg her. Prøv igjen, eller snakk med den som gir tilganger.", "Innlogginga lukkast ikkje, eller det finst ingen open brukar for deg her. Prøv igjen, eller snakk med den som gir tilgangar.", "Signing in did not succeed, or there is no open account for you here. Try again, or talk to whoever gives access.";
    NOBODY_HERE: "Du er ikke registrert her", "Du er ikkje registrert her", "You are not registered here";
    NOBODY_HERE_LEAD: "Innloggingen var i orden, men journalen har ingen åpen bruker med ditt nummer. Er du ansatt, snakk med den som gir tilganger. Er du innbygger, ta kontakt med kommunen.", "Innlogginga var i orden, men journalen har ingen open brukar med ditt nummer. Er du tilsett, snakk med den som gir tilgangar. Er du innbyggjar, ta kontakt med kommunen.", "Signing in was fine, but the record has no open account with your number. If you work here, talk to whoever gives access. If you live here, contact the municipality.";
    LEVEL: "Innloggingen var ikke sikker nok", "Innlogginga var ikkje sikker nok", "The sign-in was not secure enough";
    LEVEL_LEAD: "Her trengs et høyere sikkerhetsnivå. Prøv igjen og velg for eksempel BankID eller Buypass.", "Her trengst eit høgare tryggleiksnivå. Prøv igjen og vel til dømes BankID eller Buypass.", "A higher level of assurance is needed here. Try again and choose BankID or Buypass, for example.";
    PROVIDER: "Innloggingstjenesten svarer ikke som den skal", "Innloggingstenesta svarar ikkje som ho skal", "The sign-in service does not answer as it should";
    PROVIDER_LEAD: "Prøv igjen om litt, eller velg en annen måte å logge inn på. Varer det, si fra til den som drifter Akson.", "Prøv igjen om litt, eller vel ein annan måte å logge inn på. Varer det, sei frå til den som driftar Akson.", "Try again in a moment, or choose another way to sign in. If it lasts, tell whoever runs Akson.";
    SIGN_IN_WITH: "Logg inn med", "Logg inn med", "Sign in with";
    FOR_STAFF: "For ansatte", "For tilsette", "For staff";
    FOR_CITIZENS: "For innbyggere", "For innbyggjarar", "For inhabitants";
    ALSO_THERE: "Du er fortsatt innlogget hos", "Du er framleis innlogga hos", "You are still signed in at";
    SIGN_OUT_THERE: "Logg ut der også", "Logg ut der òg", "Sign out there too";
    FAILED: "Noe gikk galt hos oss", "Noko gjekk gale hos oss", "Something went wrong here";
    FAILED_LEAD: "Prøv igjen om litt. Gi denne koden hvis du melder fra:", "Prøv igjen om litt. Gi denne koden om du melder frå:", "Try again in a moment. Give this code if you report it:";
    TOO_MANY: "Vent litt", "Vent litt", "Wait a moment";
    TOO_MANY_LEAD: "Det er for mange forsøk på å logge inn akkurat nå. Prøv igjen om et minutt.", "Det er for mange forsøk på å logge inn akkurat no. Prøv igjen om eit minutt.", "There are too many attempts to sign in right now. Try again in a minute.";
}

/// What a duty is called.
pub fn duty(duty: Duty, language: Language) -> &'static str {
    language.pick(match duty {
        Duty::Nurse => ["Sykepleie og omsorg", "Sjukepleie og omsorg", "Nursing and care"],
        Duty::Doctor => ["Lege", "Lege", "Doctor"],
        Duty::ListDoctor => ["Fastlege", "Fastlege", "General practitioner"],
        Duty::Emergency => ["Legevakt", "Legevakt", "Emergency clinic"],
        Duty::Psychologist => ["Psykolog", "Psykolog", "Psychologist"],
        Duty::CaseWorker => ["Saksbehandler", "Saksbehandlar", "Case worker"],
        Duty::Coordinator => ["Koordinator", "Koordinator", "Coordinator"],
        Duty::Student => ["Student", "Student", "Student"],
        Duty::Leader => ["Leder", "Leiar", "Leader"],
        Duty::PrivacyOfficer => ["Personvernombud", "Personvernombod", "Privacy officer"],
        Duty::Administrator => ["Systemadministrator", "Systemadministrator", "System administrator"],
    })
}
