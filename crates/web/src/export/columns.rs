//! The columns of every kind of file in one table each: their name for programs, where the value
//! stands in the shape of version 2, and what people read above it.

use crate::words::Words;

use super::wish::Exported;

/// One column.
pub(super) struct Column {
    /// Of CSV. Stable in every language.
    pub(super) name: &'static str,
    /// The value's place, as a JSON pointer.
    pub(super) at: &'static str,
    pub(super) kind: Kind,
    /// Of a workbook; `None`: it has no such column.
    pub(super) people: Option<ForPeople>,
}

#[derive(Clone, Copy)]
pub(super) struct ForPeople {
    pub(super) title: fn(Words) -> &'static str,
    /// In characters.
    pub(super) width: u8,
}

/// What kind of value stands in a column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Moment,
    Flag,
    Level,
    /// A stable word that people read in their own language.
    Word,
}

use Kind::{Flag, Level, Moment, Number, Text, Word};

const fn col(
    name: &'static str,
    at: &'static str,
    kind: Kind,
    title: fn(Words) -> &'static str,
    width: u8,
) -> Column {
    let people = Some(ForPeople { title, width });
    Column {
        name,
        at,
        kind,
        people,
    }
}

const fn for_programs(name: &'static str, at: &'static str, kind: Kind) -> Column {
    Column {
        name,
        at,
        kind,
        people: None,
    }
}

pub(super) fn columns(what: Exported) -> &'static [Column] {
    match what {
        Exported::Licenses => LICENSES,
        Exported::Subscriptions => SUBSCRIPTIONS,
        Exported::Alerts => ALERTS,
    }
}

#[rustfmt::skip]
const LICENSES: &[Column] = &[
    col("tenant", "/tenant", Text, Words::column_tenant, 16),
    col("tenant_name", "/tenant_name", Text, Words::column_tenant_name, 28),
    col("product", "/product", Text, Words::column_product, 40),
    for_programs("level", "/level", Text),
    col("level_name", "/level", Level, Words::column_level, 13),
    col("free", "/units/free", Number, Words::column_free, 9),
    col("consumed", "/units/consumed", Number, Words::column_consumed, 11),
    col("assignable", "/units/assignable", Number, Words::column_assignable, 11),
    col("enabled", "/units/enabled", Number, Words::column_enabled, 11),
    col("warning", "/units/warning", Number, Words::column_warning, 11),
    col("suspended", "/units/suspended", Number, Words::column_suspended, 11),
    col("locked_out", "/units/locked_out", Number, Words::column_locked_out, 11),
    col("status", "/status", Text, Words::column_status, 12),
    col("trial", "/trial", Flag, Words::column_trial, 11),
    col("next_change", "/next_change", Moment, Words::column_next_change, 18),
    col("excluded_from_alerts", "/excluded_from_alerts", Flag, Words::column_excluded, 12),
    col("as_of", "/as_of", Moment, Words::column_as_of, 18),
    col("unknown_because", "/unknown_because", Text, Words::column_unknown, 28),
    col("gap_since", "/gap/since", Moment, Words::column_gap_since, 18),
    col("gap", "/gap/message", Text, Words::column_gap, 40),
    col("part_number", "/part_number", Text, Words::column_part_number, 30),
    col("sku_id", "/sku_id", Text, Words::column_sku_id, 38),
];

#[rustfmt::skip]
const SUBSCRIPTIONS: &[Column] = &[
    col("tenant", "/tenant", Text, Words::column_tenant, 16),
    col("tenant_name", "/tenant_name", Text, Words::column_tenant_name, 28),
    col("product", "/product", Text, Words::column_product, 40),
    col("total", "/total", Number, Words::column_total, 11),
    col("is_trial", "/is_trial", Flag, Words::column_trial, 11),
    col("status", "/status", Text, Words::column_status, 12),
    col("next_change", "/next_change", Moment, Words::column_next_change, 18),
    col("outlook", "/outlook/what", Word, Words::column_outlook, 16),
    col("evidence", "/outlook/because", Text, Words::column_evidence, 50),
    col("free_if_it_ends", "/if_it_ends/units/free", Number, Words::column_free_without, 12),
    for_programs("level_if_it_ends", "/if_it_ends/level", Text),
    col("created", "/created", Moment, Words::column_created, 18),
    col("as_of", "/as_of", Moment, Words::column_as_of, 18),
    col("gap_since", "/gap/since", Moment, Words::column_gap_since, 18),
    col("gap", "/gap/message", Text, Words::column_gap, 40),
    col("id", "/id", Text, Words::column_subscription, 38),
    col("part_number", "/part_number", Text, Words::column_part_number, 30),
    col("sku_id", "/sku_id", Text, Words::column_sku_id, 38),
];

#[rustfmt::skip]
const ALERTS: &[Column] = &[
    col("id", "/id", Number, Words::column_alert, 8),
    col("tenant", "/tenant", Text, Words::column_tenant, 16),
    col("tenant_name", "/tenant_name", Text, Words::column_tenant_name, 28),
    col("kind", "/kind", Word, Words::column_kind, 16),
    col("severity", "/severity", Word, Words::column_severity, 12),
    col("stage", "/stage", Word, Words::column_stage, 22),
    col("state", "/state", Word, Words::column_state, 20),
    col("product", "/product/name", Text, Words::column_product, 40),
    col("opened_at", "/opened_at", Moment, Words::column_opened, 18),
    col("changed_at", "/changed_at", Moment, Words::column_changed, 18),
    col("snoozed_until", "/snoozed_until", Moment, Words::column_snoozed_until, 18),
    col("resolved_at", "/resolved_at", Moment, Words::column_resolved, 18),
    col("told", "/told", Flag, Words::column_told, 9),
    col("free", "/facts/seats/free", Number, Words::column_free, 9),
    col("consumed", "/facts/seats/consumed", Number, Words::column_consumed, 11),
    col("low_at", "/facts/seats/low_at", Number, Words::column_low_at, 11),
    col("next_change", "/facts/next_change/at", Moment, Words::column_next_change, 18),
    col("certificate_ends", "/facts/certificate/ends", Moment, Words::column_certificate, 18),
    col("gap", "/facts/unseen/message", Text, Words::column_gap, 40),
    col("as_of", "/as_of", Moment, Words::column_as_of, 18),
    col("subject", "/subject", Text, Words::column_subject, 38),
    col("part_number", "/product/part_number", Text, Words::column_part_number, 30),
    col("sku_id", "/product/sku_id", Text, Words::column_sku_id, 38),
];
