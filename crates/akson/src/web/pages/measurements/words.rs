//! The texts of the measurements of a record and of the form for a new set.

use crate::http::language::words;

words! {
    NEW: "Nytt sett", "Nytt sett", "New set";
    ACTION: "Ny måling", "Ny måling", "New measurement";
    ACTION_SHORT: "Mål", "Mål", "Measure";
    LEAD: "Fyll ut det du har målt. Mangler noe, lagres resten, men uten NEWS2.", "Fyll ut det du har målt. Manglar noko, blir resten lagra, men utan NEWS2.", "Fill in what you have measured. If something is missing the rest is kept, but without NEWS2.";
    RESPIRATION: "Respirasjonsfrekvens per minutt", "Respirasjonsfrekvens per minutt", "Breaths per minute";
    SATURATION: "Oksygenmetning i prosent", "Oksygenmetting i prosent", "Oxygen saturation in per cent";
    SCALE: "Skala for oksygenmetning", "Skala for oksygenmetting", "Scale of oxygen saturation";
    SCALE_ONE: "1 – vanlig", "1 – vanleg", "1 – most patients";
    SCALE_TWO: "2 – legen har bestemt mål 88–92 %", "2 – legen har bestemt mål 88–92 %", "2 – a doctor has set a target of 88–92 %";
    OXYGEN: "Luft eller oksygen", "Luft eller oksygen", "Air or oxygen";
    AIR: "Luft", "Luft", "Air";
    GIVEN: "Får oksygen", "Får oksygen", "Is given oxygen";
    SYSTOLIC: "Systolisk blodtrykk i mmHg", "Systolisk blodtrykk i mmHg", "Systolic blood pressure in mmHg";
    DIASTOLIC: "Diastolisk blodtrykk i mmHg", "Diastolisk blodtrykk i mmHg", "Diastolic blood pressure in mmHg";
    PULSE: "Puls per minutt", "Puls per minutt", "Pulse per minute";
    TEMPERATURE: "Temperatur i grader", "Temperatur i grader", "Temperature in degrees Celsius";
    CONSCIOUSNESS: "Bevissthet", "Medvit", "Consciousness";
    STATE_A: "A – våken", "A – vaken", "A – alert";
    STATE_C: "C – nyoppstått forvirring", "C – nyoppstått forvirring", "C – new confusion";
    STATE_V: "V – reagerer på tiltale", "V – reagerer på tiltale", "V – responds to voice";
    STATE_P: "P – reagerer på smerte", "P – reagerer på smerte", "P – responds to pain";
    STATE_U: "U – reagerer ikke", "U – reagerer ikkje", "U – unresponsive";
    SAVE: "Lagre målingene for", "Lagre målingane for", "Save the measurements of";
    CANCEL: "Avbryt", "Avbryt", "Cancel";
    SAVED: "Målingene er lagret.", "Målingane er lagra.", "The measurements are saved.";
    SAVED_PART: "Målingene er lagret. Settet er ufullstendig og har ingen NEWS2.", "Målingane er lagra. Settet er ufullstendig og har ingen NEWS2.", "The measurements are saved. The set is not complete and has no NEWS2.";
    WRONG: "Noe må rettes før det kan lagres", "Noko må rettast før det kan lagrast", "Something must be corrected before it can be saved";
    NOTHING: "Fyll ut minst én måling.", "Fyll ut minst éi måling.", "Fill in at least one measurement.";
    NO_NUMBER: "er ikke et tall. Skriv bare tallet, for eksempel 18 eller 37,2.", "er ikkje eit tal. Skriv berre talet, til dømes 18 eller 37,2.", "is not a number. Write the number only, such as 18 or 37.2.";
    UNLIKELY: "kan ikke stemme. Sjekk målingen; gyldige verdier er", "kan ikkje stemme. Sjekk målinga; gyldige verdiar er", "can't be right. Check the measurement; valid values are";
    HALF: "Skriv både øvre og nedre blodtrykk, eller bare det øvre.", "Skriv både øvre og nedre blodtrykk, eller berre det øvre.", "Write both values of the blood pressure, or only the upper one.";
    TURNED: "Det øvre blodtrykket må være høyere enn det nedre.", "Det øvre blodtrykket må vere høgare enn det nedre.", "The upper blood pressure must be higher than the lower one.";
    MISSING: "{} mangler", "{} manglar", "{} missing";
    SCORE: "NEWS2 så langt", "NEWS2 så langt", "NEWS2 so far";
    COUNT: "Regn ut", "Rekn ut", "Count";
    RISK_0: "lav risiko", "låg risiko", "low risk";
    RISK_1: "lav risiko", "låg risiko", "low risk";
    RISK_2: "middels risiko, eller 3 i én måling", "middels risiko, eller 3 i éi måling", "medium risk, or 3 in one measurement";
    RISK_3: "høy risiko", "høg risiko", "high risk";
    AS_TABLE: "Målingene som tabell", "Målingane som tabell", "The measurements as a table";
    REFUSED: "Rollen din kan ikke registrere målinger", "Rolla di kan ikkje registrere målingar", "Your role can't record measurements";
    REFUSED_LEAD: "Ingenting ble lagret. Be en kollega med riktig rolle registrere dem.", "Ingenting vart lagra. Be ein kollega med rett rolle registrere dei.", "Nothing was saved. Ask a colleague with the right role to record them.";
}
