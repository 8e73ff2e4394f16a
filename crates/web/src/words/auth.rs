//! What somebody is told who could not be signed in.

use super::messages;

messages! {
    refused_not_begun: "Diese Anmeldung hat nicht dieser Browser begonnen, oder sie wurde schon \
         verwendet. Melden Sie sich neu an.",
        "This browser did not begin this sign-in, or it was used already. Sign in anew.";
    refused_too_old: "Die Anmeldung dauerte länger als zehn Minuten. Melden Sie sich neu an.",
        "The sign-in took longer than ten minutes. Sign in anew.";
    refused_declined: "Die Anmeldung wurde abgebrochen.", "The sign-in was cancelled.";
    refused_by_provider: "Microsoft Entra lässt diese Anmeldung nicht zu. Die Nummer sagt Ihrer \
         Administration, warum.",
        "Microsoft Entra does not allow this sign-in. The number tells your administrators why.";
    refused_code: "Die Bestätigung von Microsoft Entra wurde schon verwendet oder ist abgelaufen. \
         Melden Sie sich neu an.",
        "Microsoft Entra's confirmation was used already, or has expired. Sign in anew.";
    refused_app: "Microsoft Entra nimmt dieses Programm nicht an. Sagen Sie es Ihrer \
         Administration: Zertifikat oder Angaben der App für die Anmeldung stimmen nicht.",
        "Microsoft Entra does not accept this program. Tell your administrators: the certificate \
         or the details of the app for sign-in are wrong.";
    refused_away: "Microsoft Entra ist nicht erreichbar oder antwortet nicht verständlich. \
         Versuchen Sie es gleich noch einmal.",
        "Microsoft Entra cannot be reached, or its answer makes no sense. Try again shortly.";
    refused_times: "Der Ausweis von Microsoft Entra gilt jetzt nicht. Geht die Uhr dieses Servers \
         falsch?",
        "The token from Microsoft Entra is not valid now. Is this server's clock wrong?";
    refused_nonce: "Der Ausweis von Microsoft Entra gehört zu einer anderen Anmeldung. Melden Sie \
         sich neu an.",
        "The token from Microsoft Entra belongs to another sign-in. Sign in anew.";
    refused_meant: "Der Ausweis stammt von anderswo oder ist für ein anderes Programm bestimmt.",
        "The token comes from somewhere else, or is meant for another program.";
    refused_proof: "Der Ausweis trägt keine gültige Unterschrift von Microsoft Entra.",
        "The token bears no valid signature of Microsoft Entra.";
    refused_tenant: "Konten dieses Mandanten dürfen sich hier nicht anmelden. Verwenden Sie Ihr \
         Firmenkonto.",
        "Accounts of this tenant may not sign in here. Use your company's account.";
    refused_no_role: "Ihr Konto hat hier keine Rolle. Ihre Administration kann Ihnen in Entra eine \
         geben.",
        "Your account has no role here. Your administrators can give you one in Entra.";
    refused_too_many: "Von Ihrer Adresse kamen zu viele Anmeldungen. Warten Sie einen Moment.",
        "Too many sign-ins came from your address. Wait a moment.";
    refused_number: "Nummer von Microsoft Entra", "Number given by Microsoft Entra";
    sign_in_again: "Neu anmelden", "Sign in again";
    sign_in_other: "Mit einem anderen Konto anmelden", "Sign in with another account";
}
