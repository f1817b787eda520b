"""For each line of what Spoke promises to withstand, the tests that hold it. docs/security.md says
it in words; a test that is renamed or removed without another in its place fails here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab.faults.__main__ import SCENARIOS

HERE = Path(__file__).parent
FAULT = "fault "  # a scenario of lab.faults, by its number

# S: faults that were found. Numbers: the API and the dashboard.
HELD_BY: dict[str, tuple[str, ...]] = {
    "S1 a request ends, and a crowd makes way": (
        "webhooks/test_crowd.py::test_a_request_that_does_not_end_is_ended_after_its_time",
        "webhooks/test_crowd.py::test_when_connections_run_out_the_oldest_unfinished_makes_way",
        "webhooks/test_crowd.py::test_when_bytes_run_out_the_largest_unverified_body_makes_way",
        "fault 20",
        "fault 30",
    ),
    "S2 a refused request costs Redis nothing": (
        "webhooks/test_refusals.py::test_a_refused_request_costs_redis_nothing",
        "webhooks/test_refusals.py::test_the_receiver_holds_four_connections_at_most",
        "fault 31",
    ),
    "S3 nobody but HubSpot has a person erased": (
        "workers/test_privacy.py::"
        "test_a_record_that_hubspot_still_knows_is_hidden_and_can_be_taken_back",
        "workers/test_privacy.py::test_only_what_the_receiver_sealed_is_believed",
        "fault 24",
    ),
    "S4 nothing of public runs with our rights": (
        "db/test_intruders.py::test_nothing_of_public_runs_with_our_rights",
        "db/test_intruders.py::"
        "test_where_anybody_may_create_beside_our_extensions_nothing_is_migrated",
    ),
    "S5 readers see their portals": (
        "db/test_reader_people.py::test_a_person_sees_one_portal_in_every_view",
        "db/test_reader_role.py::test_the_reader_role_has_what_is_listed_and_no_more",
        "db/test_readers.py::test_what_is_looked_up_is_of_the_readers_portals",
        "sql/test_reader_plans.py::test_a_hot_question_is_looked_up",
        "sql/test_reader_plans.py::test_a_function_keeps_the_index_for_containment",
    ),
    "S6 what is erased leaves nothing": (
        "db/test_purges.py::test_an_erased_person_stands_in_no_table",
        "workers/test_clock.py::test_what_tells_of_people_is_forgotten_after_its_days",
        "workers/test_events.py::test_what_is_not_ours_is_recorded_as_ignored_and_fetches_nothing",
        "workers/test_privacy.py::test_the_hash_of_an_erased_id_needs_a_key_outside_the_database",
        "workers/test_privacy.py::"
        "test_what_hubspot_deleted_long_ago_leaves_with_what_was_told_of_it",
    ),
    "S7 tests and demo touch no servers of others": (
        "lab/test_ownership.py::test_a_filled_schema_is_refused",
        "lab/test_ownership.py::test_a_redis_with_keys_is_refused",
    ),
    "S8 a hash in Redis has nothing called": (
        "test_jobs.py::test_a_hash_in_redis_can_have_nothing_called_and_nobody_asked",
    ),
    "S9 one portal changes no view of another": (
        "db/test_portal_views.py::test_what_one_portal_defines_changes_no_view_of_another",
    ),
    "S10 secrets are long and shown nowhere": (
        "test_settings.py::test_short_secrets_and_plain_http_to_others_are_refused",
        "test_settings.py::test_a_password_that_a_driver_would_misread_is_refused_and_not_shown",
        "commands/test_doctor.py::test_secrets_leave_every_message",
    ),
    "S11 keys take turns, and tokens know their portal": (
        "workers/test_privacy.py::test_a_new_key_takes_over_and_an_old_one_is_missed",
    ),
    "S12 a terminal is not steered": (
        "commands/test_table.py::test_control_characters_are_shown_and_never_sent",
    ),
    "S13 ./spoke runs no code of another folder": (
        "test_bootstrap.py::test_it_finds_its_folder_and_leaves_out_what_leads_python_astray",
    ),
    "S14 packages have their hashes": (
        "test_bootstrap.py::test_every_version_that_the_suite_ran_with_has_its_hashes",
        "test_bootstrap.py::test_an_audit_that_could_not_ask_is_no_clean_one",
    ),
    "S15 guesses of CRON_SECRET are few": (
        "webhooks/test_cron.py::"
        "test_after_ten_wrong_tokens_a_minute_guesses_are_429_and_the_right_one_is_not",
    ),
    "S16 one event buries no delivery": (
        "webhooks/test_receiver.py::"
        "test_a_delivery_of_more_events_than_anybody_sends_is_413_and_counted",
        "workers/test_privacy.py::test_what_only_the_old_signature_vouched_for_erases_nobody",
    ),
    "3.1 process": (
        "platforms/test_procfile.py::test_a_process_starts_and_ends_when_told",
        "api/test_limits.py::test_with_every_connection_taken_a_request_is_told_to_come_again",
        "api/test_limits.py::test_a_statement_of_the_pages_has_its_time",
        "api/test_limits.py::test_only_so_many_proxies_are_believed",
        "dashboard/test_errors_told.py::test_programs_are_told_in_problem_details",
    ),
    "3.2 tokens": (
        "api/test_guard.py::test_every_route_names_its_scope",
        "api/test_guard.py::test_a_token_ends_when_it_expires_and_when_it_is_revoked",
        "api/test_guard.py::test_without_a_valid_token_nothing_is_answered",
    ),
    "3.3 portals apart": (
        "dashboard/test_every_route.py::test_no_read_shows_another_portal",
        "dashboard/test_every_route.py::test_no_deed_changes_another_portal",
        "api/test_record_routes.py::test_a_cursor_holds_for_its_question_only",
        "api/test_record_routes.py::test_only_what_the_portal_defines_is_asked_for",
    ),
    "3.4 sign-in": (
        "dashboard/test_supabase_sign_in.py::test_a_forged_token_is_refused",
        "dashboard/test_supabase_sign_in.py::test_a_token_that_says_something_else_is_refused",
        "dashboard/test_sign_in.py::test_a_link_signs_in_on_this_machine_only",
    ),
    "3.5 sessions": (
        "dashboard/test_sign_in.py::test_a_session_ends_by_itself_and_with_its_person",
        "dashboard/test_sign_in.py::test_a_sign_in_has_an_id_of_its_own_and_ends_the_one_before",
        "dashboard/test_sign_in.py::test_a_form_without_the_sessions_token_changes_nothing",
        "dashboard/test_sign_in.py::test_a_form_of_another_site_is_refused",
    ),
    "3.6 headers": (
        "dashboard/test_errors_told.py::test_programs_are_told_in_problem_details",
        "dashboard/test_errors_told.py::test_people_are_told_on_a_page",
        "dashboard/test_sign_in.py::test_pages_send_safe_headers",
    ),
    "3.7 CRM text": (
        "dashboard/test_records_pages.py::test_hostile_texts_stay_texts",
        "dashboard/test_records_pages.py::test_no_cell_is_a_formula",
        "workers/test_history.py::test_what_must_not_or_cannot_be_kept_is_not",
    ),
    "3.8 limits": (
        "api/test_limits.py::test_a_token_asks_120_times_a_minute_and_others_are_not_kept_from_it",
        "dashboard/test_sign_in.py::test_ten_wrong_passwords_a_minute_and_address_are_heard",
        "dashboard/test_records_pages.py::test_five_files_an_hour",
        "api/test_limits.py::test_reads_are_answered_without_redis",
        "dashboard/test_sign_in.py::test_without_redis_nobody_signs_in",
    ),
    "3.9 audit": (
        "api/test_guard.py::test_the_audit_cannot_be_edited",
        "api/test_guard.py::test_asking_for_another_portal_stands_in_the_audit",
        "dashboard/test_sign_in.py::"
        "test_what_is_not_theirs_does_not_exist_and_the_audit_says_who_asked",
        "dashboard/test_sign_in.py::test_sign_ins_and_their_refusals_stand_in_the_audit",
    ),
    "3.10 outgoing": (
        "test_settings.py::test_short_secrets_and_plain_http_to_others_are_refused",
        "dashboard/test_supabase_sign_in.py::"
        "test_keys_are_kept_and_unknown_ones_do_not_have_them_asked_for_at_once",
    ),
}


def test_every_line_is_here_once() -> None:
    lines = [f"S{n}" for n in range(1, 17)] + [f"3.{n}" for n in range(1, 11)]
    assert [each.split()[0] for each in HELD_BY] == lines


@pytest.mark.parametrize("line", HELD_BY)
def test_what_holds_a_line_is_there(line: str) -> None:
    assert HELD_BY[line]
    for place in HELD_BY[line]:
        if place.startswith(FAULT):
            assert int(place.removeprefix(FAULT)) in SCENARIOS
            continue
        file, _, name = place.partition("::")
        assert re.search(rf"^def {name}\(", (HERE / file).read_text(), re.MULTILINE), place
