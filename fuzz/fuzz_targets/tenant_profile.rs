//! A tenant's profile, as people write them: usable, or with an error that says why not.
#![no_main]

use home::parse_tenant_profile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let (fields, findings) = parse_tenant_profile(file);
    let said = fields.registration;
    let usable = said.tenant_id.is_some() && said.client_id.is_some() && said.cert_path.is_some();
    promises::explained(usable, &findings);
});
