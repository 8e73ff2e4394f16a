//! What products are called, made once for all tenants that have them.

use std::sync::Arc;

use domain::{Language, SkuId};

use super::KeptOverview;
use crate::kept::Grounds;
use crate::search;

/// A product and what it is called, shared by all tenants that have it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Product {
    pub(crate) id: SkuId,
    pub(crate) part_number: String,
    german: String,
    english: String,
    /// For searching: the German name, the English one and the part number, a line each, as
    /// [`folded`](search::folded).
    pub(crate) folded: String,
    /// Where the two names end in it. Found once: lists of all products are ordered by names.
    name_ends: [usize; 2],
}

impl Product {
    pub(crate) fn name(&self, language: Language) -> &str {
        match language {
            Language::German => &self.german,
            Language::English => &self.english,
        }
    }

    /// The same, as [`folded`](search::folded), which lists are ordered by.
    pub(crate) fn folded_name(&self, language: Language) -> &str {
        let [german, english] = self.name_ends;
        match language {
            Language::German => &self.folded[..german],
            Language::English => &self.folded[german + 1..english],
        }
    }
}

impl KeptOverview {
    /// The product that has this id and comes with this part number.
    pub(crate) fn product(
        &mut self,
        grounds: &Grounds,
        id: SkuId,
        part_number: &str,
    ) -> Arc<Product> {
        let name = |language| {
            let names = &grounds.names;
            names.label(id, part_number, language).into_owned()
        };
        let (german, english) = (name(Language::German), name(Language::English));
        let key = (id, part_number.to_owned());
        let known = self.products.get(&key);
        let same = |known: &&Arc<Product>| known.german == german && known.english == english;
        if let Some(known) = known.filter(same) {
            return known.clone();
        }
        let [first, second, third] =
            [german.as_str(), english.as_str(), part_number].map(search::folded);
        let product = Arc::new(Product {
            id,
            name_ends: [first.len(), first.len() + 1 + second.len()],
            folded: [first, second, third].join("\n"),
            part_number: part_number.to_owned(),
            german,
            english,
        });
        self.products.insert(key, product.clone());
        product
    }
}
