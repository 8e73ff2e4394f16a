//! What is asked of Microsoft, and what an operator can do when one of these calls fails.

use std::fmt;

/// What was asked of Microsoft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// A token, from Entra.
    Token,
    /// A tenant's OpenID configuration, from Entra.
    Discovery,
    /// `GET /subscribedSkus`.
    SubscribedSkus,
    /// `GET /directory/subscriptions`.
    Subscriptions,
    /// `GET /organization`.
    Organization,
    /// `GET /sites/{site}`.
    Site,
    /// `GET /sites/{site}/lists`.
    Lists,
    /// `GET /sites/{site}/lists/{list}/columns`.
    Columns,
    /// `GET /sites/{site}/lists/{list}/items`.
    ListItems,
    /// `GET /sites/{site}/lists/{list}/items/{item}`.
    ListItem,
    /// `POST /$batch` with items to create, update or delete, or one of them.
    ListWrite,
    /// `POST /sites/{site}/lists`.
    NewList,
    /// `POST /sites/{site}/lists/{list}/columns`.
    NewColumn,
}

impl Call {
    /// A word for it, for labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Call::Token => "token",
            Call::Discovery => "discovery",
            Call::SubscribedSkus => "subscribed_skus",
            Call::Subscriptions => "subscriptions",
            Call::Organization => "organization",
            Call::Site => "site",
            Call::Lists => "lists",
            Call::Columns => "columns",
            Call::ListItems => "list_items",
            Call::ListItem => "list_item",
            Call::ListWrite => "list_write",
            Call::NewList => "new_list",
            Call::NewColumn => "new_column",
        }
    }

    /// Who is asked.
    pub(crate) fn service(self) -> &'static str {
        match self {
            Call::Token | Call::Discovery => "Entra",
            _ => "Graph",
        }
    }

    /// What this call costs of SharePoint's quota, in resource units; 0 outside SharePoint.
    ///
    /// Source: Microsoft's documentation "Avoid getting throttled in SharePoint Online": a single
    /// item 1, a list of many or a write 2. A batch costs the sum of its parts.
    pub(crate) fn units(self) -> u32 {
        match self {
            Call::Token
            | Call::Discovery
            | Call::SubscribedSkus
            | Call::Subscriptions
            | Call::Organization => 0,
            Call::Site | Call::ListItem => 1,
            Call::Lists
            | Call::Columns
            | Call::ListItems
            | Call::ListWrite
            | Call::NewList
            | Call::NewColumn => 2,
        }
    }

    fn in_sharepoint(self) -> bool {
        self.units() > 0
    }

    /// What to do about a 403.
    pub(super) fn permission(self) -> &'static str {
        match self {
            Call::NewList | Call::NewColumn => {
                "Give the app Sites.Selected and grant it the role \"manage\" on this one site: \
                 \"write\" allows items only, no lists and columns. Or create them by hand."
            }
            _ if self.in_sharepoint() => {
                "Give the app the application permission Sites.Selected, grant admin consent for \
                 it, and grant it the role \"write\" on this one site."
            }
            _ => {
                "Give the app the application permission Organization.Read.All in this tenant, \
                 and grant admin consent for it."
            }
        }
    }

    /// What to do about a 404.
    pub(super) fn whereabouts(self) -> &'static str {
        match self {
            Call::Site | Call::Lists | Call::NewList => {
                "Check site_id in the SharePoint profile: host, site collection and site, as \
                 Graph writes them."
            }
            _ if self.in_sharepoint() => {
                "Check site_id and the list's id in the SharePoint profile."
            }
            _ => "Check that the configured Graph host is the one of this tenant's cloud.",
        }
    }

    /// What to do about any other 4xx.
    pub(super) fn correction(self) -> &'static str {
        if self.in_sharepoint() {
            "Check in the SharePoint profile that the columns in field_mapping are the internal \
             names of the list's columns, and that the columns have the types that are needed."
        } else {
            "It is tried again later; if it lasts, check that the configured host is Microsoft's \
             and that no proxy answers in its place."
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Call::Token => "the token request",
            Call::Discovery => "the OpenID configuration",
            Call::SubscribedSkus => "subscribedSkus",
            Call::Subscriptions => "directory/subscriptions",
            Call::Organization => "organization",
            Call::Site => "the SharePoint site",
            Call::Lists => "the lists of the SharePoint site",
            Call::Columns => "the columns of the SharePoint list",
            Call::ListItems => "the items of the SharePoint list",
            Call::ListItem => "an item of the SharePoint list",
            Call::ListWrite => "the write to the SharePoint list",
            Call::NewList => "the new SharePoint list",
            Call::NewColumn => "the new column of the SharePoint list",
        })
    }
}
