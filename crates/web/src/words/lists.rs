//! What the pages with lists share: filters, paging, what is empty, and what was just done.

use super::messages;

messages! {
    list_filter: "Liste eingrenzen", "Narrow the list";
    list_search: "Suche", "Search";
    list_tenant: "Mandant", "Tenant";
    list_all_tenants: "alle Mandanten", "all tenants";
    list_all: "alle", "all";
    list_apply: "Anwenden", "Apply";
    list_clear: "Filter aufheben", "Clear the filter";
    list_nothing_matches: "Nichts passt zum Filter.", "Nothing matches the filter.";
    list_nothing_more: "Hier steht nichts mehr.", "There is nothing here any more.";
    list_pages: "Seiten", "Pages";
    list_first: "Zum Anfang", "Back to the start";
    list_more: "Weitere anzeigen", "Show more";
    list_summary: "Überblick", "Overview";
    list_unknown: "unbekannt", "unknown";
    list_never: "noch nie", "never";
    list_not_known: "nicht bekannt", "not known";
    list_as_of(age): "Stand {age}", "as of {age}";
    first_run_title: "Noch kein Mandant", "No tenant yet";
    first_run_what: "Sobald der erste Mandant eingerichtet ist, steht hier, was bei ihm los ist.",
        "As soon as the first tenant is set up, this page shows how things are there.";
    first_run_how: "Ein Mandant wird auf der Befehlszeile angelegt, mit Schlüssel und Domain:",
        "A tenant is added on the command line, with its key and domain:";
    done_acknowledged: "Der Alarm ist übernommen.", "The alert is acknowledged.";
    done_snoozed: "Der Alarm ist pausiert.", "The alert is snoozed.";
    done_reopened: "Der Alarm ist wieder offen.", "The alert is open again.";
    done_overtaken: "Jemand war schneller. Es wurde nichts geändert; so steht es jetzt.",
        "Somebody was faster. Nothing was changed; this is how it stands now.";
    done_ended: "Der Alarm war schon vorbei. Es wurde nichts geändert.",
        "The alert was over already. Nothing was changed.";
    done_pinned: "Die Festlegung ist gespeichert.", "What you said is kept.";
    done_unpinned: "Die Festlegung ist aufgehoben.", "What was said is taken back.";
    done_switched: "Der Mandant ist umgeschaltet.", "The tenant is switched.";
    done_looking: "Die Abfrage ist angeordnet; die Zahlen erscheinen, sobald sie da sind.",
        "The look is ordered; the numbers appear as soon as they are there.";
    done_retried: "Die Zustellung wird jetzt noch einmal versucht.",
        "The delivery is tried again now.";
}
