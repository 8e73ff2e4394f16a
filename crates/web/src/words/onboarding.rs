//! The words of the pages on which an administrator adds tenants and replaces certificates.

use super::messages;

messages! {
    tenants_title: "Mandanten", "Tenants";
    tenants_add: "Mandanten hinzufügen", "Add a tenant";
    tenants_key: "Schlüssel", "Key";
    tenants_key_hint: "kurzer Name aus a–z, 0–9 und -, zum Beispiel iseschool",
        "short name of a–z, 0–9 and -, such as iseschool";
    tenants_domain: "Domain", "Domain";
    tenants_domain_hint: "zum Beispiel schule.ch; daraus ergibt sich die Tenant-ID",
        "such as school.example; the tenant id is found by it";
    tenants_name: "Name", "Name";
    tenants_name_hint: "wie ihn alle kennen", "as everybody knows it";
    tenants_make: "Schlüssel und Zertifikat erstellen", "Make key and certificate";
    tenants_state: "Zustand", "State";
    tenants_seen(age): "Zahlen {age}", "numbers {age}";
    tenants_fails: "kann nicht abgefragt werden", "cannot be asked";
    tenants_waits: "noch keine Zahlen", "no numbers yet";
    tenants_off: "ausgeschaltet", "switched off";
    tenants_certificate: "Zertifikat", "Certificate";
    tenants_set_up: "Einrichten", "Set up";
    tenants_none: "Noch gibt es keinen Mandanten.", "There is no tenant yet.";
    tenants_read_only:
        "Von hier aus kann der Home-Ordner nicht beschrieben werden. Auf der Befehlszeile geht es \
         so:",
        "The home folder cannot be written from here. On the command line it goes like this:";
    tenants_unknown: "Dieser Mandant liegt nicht im Home-Ordner.",
        "This tenant is not in the home folder.";
    setup_domain(domain):
        "Entra konnte noch nicht nach der Tenant-ID gefragt werden; bis dahin steht {domain} im \
         Profil.",
        "Entra could not be asked for the tenant id yet; until then {domain} stands in the \
         profile.";
    setup_title(name): "{name} einrichten", "Set up {name}";
    setup_steps: "In Entra zu tun", "To do in Entra";
    setup_app: "Die App", "The app";
    setup_app_waits:
        "Der Mandant wartet auf seine App. Ist sie registriert, tragen Sie hier ihre \
         Anwendungs-ID ein.",
        "The tenant waits for its app. Once it is registered, enter its application id here.";
    setup_client_id: "Anwendungs-ID (Client)", "Application (client) ID";
    setup_save: "Speichern", "Save";
    setup_watching: "Stand", "How it stands";
    setup_complete:
        "Vollständig. Die erste Abfrage folgt innert Sekunden; diese Seite sagt, wie sie ausgeht.",
        "Complete. The first look follows within seconds; this page says how it goes.";
    setup_sees[n]: "Eine Lizenz gesehen." | "{n} Lizenzen gesehen.",
        "One licence seen." | "{n} licences seen.";
    setup_open: "Zum Mandanten", "Open the tenant";
    setup_certificate: "Zertifikat in Gebrauch", "Certificate in use";
    setup_staged:
        "Neues Zertifikat, wartet auf das Hochladen",
        "New certificate, waits for its upload";
    setup_thumbprint: "Fingerabdruck (SHA-1)", "Thumbprint (SHA-1)";
    setup_ends: "Gültig bis", "Valid until";
    setup_download: "Zertifikat herunterladen (.crt)", "Download the certificate (.crt)";
    setup_renew: "Zertifikat erneuern", "Replace the certificate";
    setup_renew_how:
        "Ein neues Zertifikat entsteht neben dem alten. Laden Sie es in Entra hoch; erst dann \
         wird gewechselt, ohne Lücke.",
        "A new certificate is made beside the old one. Upload it in Entra; only then it takes \
         over, without a gap.";
    setup_stage: "Neues Zertifikat erstellen", "Make a new certificate";
    setup_activate: "Hochgeladen: jetzt wechseln", "Uploaded: take over now";
    setup_abandon: "Neues Zertifikat verwerfen", "Give the new one up";
    setup_refused: "Es wurde nichts geändert", "Nothing was changed";
}
