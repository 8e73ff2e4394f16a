//! The words of the pages about licences and tenants.

use super::messages;

messages! {
    licenses_title: "Lizenzen", "Licences";
    licenses_search_hint: "Produkt oder Mandant", "Product or tenant";
    licenses_level: "Stand", "Level";
    licenses_product: "Produkt", "Product";
    licenses_free: "Frei", "Free";
    licenses_used: "Gebraucht", "In use";
    licenses_of: "von", "of";
    licenses_trend: "30 Tage", "30 days";
    licenses_seen: "Gesehen", "Seen";
    licenses_quiet: "ohne Alarm", "no alerts";
    todo_title: "Was jetzt zu tun ist", "What to do now";
    todo_more: "Alle Alarme", "All alerts";
    licenses_caption(first, last, all): "{first}–{last} von {all}", "{first}–{last} of {all}";
    licenses_no_licenses: "Noch ist keine Lizenz zu sehen.", "No licence has been seen yet.";
    licenses_before: "Zurück", "Previous";
    licenses_after: "Weiter", "Next";
    licenses_page(page): "Seite {page}", "Page {page}";
    unseen_title[n]: "Ein Mandant ohne neue Zahlen" | "{n} Mandanten ohne neue Zahlen",
        "One tenant without new numbers" | "{n} tenants without new numbers";
    unseen_more[n]: "und ein weiterer" | "und {n} weitere", "and one more" | "and {n} more";
    unseen_not_asked: "wird eben zum ersten Mal abgefragt", "is being asked for the first time";
    unseen_last(age): "letzte Zahlen {age}", "last numbers {age}";
    unseen_no_numbers: "noch keine Zahlen", "no numbers yet";
    trend_of(product): "Verlauf von {product}", "Course of {product}";
}
