//! Product names for people. Identity stays with the id; a name that is not known is no reason to
//! drop a row.

mod known;

use std::borrow::Cow;
use std::collections::HashMap;

use uuid::Uuid;

use crate::SkuId;

/// The languages in which the program speaks to people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    #[default]
    German,
    English,
}

/// What a product is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub english: String,
    /// Microsoft publishes its table in English only, so most products have none.
    pub german: Option<String>,
}

/// Names by product: the short built-in list, and whatever was imported from Microsoft's table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductNames {
    by_id: HashMap<SkuId, Name>,
}

impl ProductNames {
    /// The well-known education and business products that the program ships with.
    pub fn built_in() -> Self {
        let named = |&(id, english, german): &(u128, &str, &str)| {
            let german = (!german.is_empty()).then(|| german.to_owned());
            (
                SkuId(Uuid::from_u128(id)),
                Name {
                    english: english.to_owned(),
                    german,
                },
            )
        };
        Self {
            by_id: known::PRODUCTS.iter().map(named).collect(),
        }
    }

    /// Takes an English name from Microsoft's table. A German name known before stays.
    /// An empty name is no name and changes nothing.
    pub fn import(&mut self, id: SkuId, english: &str) {
        let english = english.trim();
        if english.is_empty() {
            return;
        }
        self.by_id
            .entry(id)
            .and_modify(|name| english.clone_into(&mut name.english))
            .or_insert_with(|| Name {
                english: english.to_owned(),
                german: None,
            });
    }

    /// The product's name, `None` if no table has it.
    pub fn get(&self, id: SkuId, language: Language) -> Option<&str> {
        let name = self.by_id.get(&id)?;
        match (language, &name.german) {
            (Language::German, Some(german)) => Some(german),
            _ => Some(&name.english),
        }
    }

    /// What to call a product in front of people: its name, else its part number, else its id.
    pub fn label<'a>(
        &'a self,
        id: SkuId,
        part_number: &'a str,
        language: Language,
    ) -> Cow<'a, str> {
        match self.get(id, language) {
            Some(name) => name.into(),
            None if part_number.is_empty() => id.to_string().into(),
            None => part_number.into(),
        }
    }

    /// Every product with its name, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (SkuId, &Name)> {
        self.by_id.iter().map(|(id, name)| (*id, name))
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a1_for_students() -> SkuId {
        SkuId(Uuid::from_u128(0x314c4481_f395_4525_be8b_2ec4bb1e9d91))
    }

    #[test]
    fn a_known_product_has_a_name_in_both_languages() {
        let names = ProductNames::built_in();
        let id = a1_for_students();
        assert_eq!(
            names.get(id, Language::German),
            Some("Office 365 A1 für Schüler und Studenten")
        );
        assert_eq!(
            names.get(id, Language::English),
            Some("Office 365 A1 for students")
        );
    }

    #[test]
    fn an_unknown_product_is_called_by_its_part_number_or_at_least_by_its_id() {
        let names = ProductNames::built_in();
        let id = SkuId::from_part_number("SCHULNETZ_PLUS");
        let label = |part_number| names.label(id, part_number, Language::German).into_owned();
        assert_eq!(label("SCHULNETZ_PLUS"), "SCHULNETZ_PLUS");
        assert_eq!(label(""), id.to_string());
    }

    #[test]
    fn an_import_renews_english_and_keeps_german() {
        let mut names = ProductNames::built_in();
        let (id, new) = (a1_for_students(), SkuId::from_part_number("NEW"));
        names.import(id, " Office 365 A1 (renamed) ");
        names.import(new, "Brand New");
        names.import(new, "  ");

        assert_eq!(
            names.get(id, Language::English),
            Some("Office 365 A1 (renamed)")
        );
        assert_eq!(
            names.get(id, Language::German),
            Some("Office 365 A1 für Schüler und Studenten")
        );
        assert_eq!(names.get(new, Language::German), Some("Brand New"));
    }

    #[test]
    fn the_built_in_list_names_each_product_once() {
        assert_eq!(ProductNames::built_in().len(), known::PRODUCTS.len());
        assert!(
            known::PRODUCTS
                .iter()
                .all(|(_, english, _)| !english.is_empty())
        );
    }
}
