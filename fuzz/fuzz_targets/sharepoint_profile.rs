//! A SharePoint profile, as people write them: usable, or with an error that says why not.
#![no_main]

use home::parse_sharepoint_profile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let (fields, findings) = parse_sharepoint_profile(file);
    let said = fields.registration;
    let signs_in = said.tenant_id.is_some() && said.client_id.is_some();
    let usable = signs_in && said.cert_path.is_some() && fields.lists.is_some();
    promises::explained(usable, &findings);
});
