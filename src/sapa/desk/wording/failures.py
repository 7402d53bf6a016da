"""What went wrong and what to do, by the stable code of the failure, in the reader's language.

A code without wording here shows the message it came with; the code itself is always shown beside. `metadata_invalid`
has none on purpose: its message names the file and what in it is wrong.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

_WORDS = {
    "person_exists": _("There is already a person who signs in with this name."),
    "person_invalid": _("A name to sign in with has letters, digits and @ . + - _ only, at most 150 of them."),
    "person_disabled": _("This person is disabled. Enable them first."),
    "confirm_first": _("Your sign-in is too old for this. Confirm who you are, then try again."),
    "last_administrator": _("This is the last administrator. Give somebody else that role first."),
    "team_invalid": _("A team has a name of 1 to 100 characters."),
    "pbx_name_invalid": _("A name of the phone system has 1 to 100 characters."),
    "token_missing": _("There is no such token in force."),
    "review_missing": _("There is no such review, or it is not yours to see."),
    "review_not_allowed": _("Only who made a review changes it, and agents do not mark calls."),
    "review_changed": _("This review was changed in another window. Load the page again; what is stored is kept."),
    "review_closed": _("This review is submitted. To change it, open it again and say why."),
    "review_begun": _("You have another draft of this call. Submit it or put it away, then change this review."),
    "review_unfinished": _("Not everything is marked yet. Give each criterion a value, n.a. or “cannot tell”."),
    "reason_missing": _("Say why the review is changed; the agent and the supervisor will read it."),
    "call_missing": _("There is no such call, or it is not yours to see."),
    "cursor_invalid": _("This place in the list was not given here. Begin with the first page."),
    "giving_not_allowed": _("Supervisors and administrators give calls to outside reviewers."),
    "giving_person_invalid": _("Choose an outside reviewer who may sign in."),
    "giving_day_invalid": _("Choose a day that has not passed."),
    "agent_days_too_many": _("Ask for at most 31 days of agents at once."),
    "giving_count_invalid": _("Give 1 to 500 calls at once."),
    "link_unusable": _("This link was used already or has expired. Ask an administrator for a new one."),
    "blob_missing": _("The stored recording is missing. Restore the storage folder from a backup, then try again."),
    "host_unknown": _(
        "This site does not answer to the name in the address. Whoever set it up adds that name to SAPA_HOSTS."
    ),
    "storage_write_failed": _("The storage cannot be written to. Free some space or fix its permissions."),
    "database_unreachable": _("The database does not answer. Nothing that was saved is lost; try again in a minute."),
    "database_full": _("The disk of the database is full. Nothing that was saved is lost; tell an administrator."),
    "storage_unreachable": _(
        "The storage of recordings does not answer. Try again in a minute; if it stays so, tell an administrator."
    ),
    "storage_denied": _("The storage of recordings refuses the keys of this installation. Tell an administrator."),
    "audio_unsupported": _("This form of sound is not supported. Give a WAV, MP3, Ogg, FLAC, M4A or AMR file."),
    "audio_unreadable": _("The recording cannot be decoded. Export it again."),
    "audio_empty": _("The recording holds no sound. Check that recording was on for this call."),
    "channels_unsupported": _(
        "A recording has one or two channels; this one has more. Export the two parties' channels alone."
    ),
    "recording_mono": _("The recording is mono: both parties are on one channel, so none of them is the agent's."),
    "pair_incomplete": _("Choose both files of the call: the customer's and the agent's."),
    "pair_same_file": _("Both files are the same. Choose the customer's and the agent's."),
    "pair_not_mono": _(
        "Of two files each must hold one party on one channel. A file with both parties is handed in alone."
    ),
    "pair_apart": _(
        "By the time that was told, the two files have no moment in common. "
        "Correct by how much the agent's starts later."
    ),
    "pair_lengths": _(
        "The two files are of very different lengths and do not look like one call. "
        "If they are one, say by how much the agent's starts later."
    ),
    "listening_copy_lost": _("The sound for the player was removed before it could be kept. Try again."),
    "recording_damaged": _("The stored recording is no longer what came in. Restore it from a backup, then try again."),
    "file_too_large": _("The file is larger than this server takes. Split it, or ask an administrator."),
    "call_conflict": _("A call with this identity is already here with another recording."),
    "model_missing": _("The speech model is not installed. Ask an administrator to run: sapa doctor"),
    "model_damaged": _("The speech model is damaged. Ask an administrator to install it again."),
    "speech_server_unreachable": _(
        "The speech server does not answer. It is tried again by itself; if it stays so, tell an administrator."
    ),
    "speech_server_failed": _(
        "The speech server failed on this call. It is tried again by itself; if it stays so, tell an administrator."
    ),
    "speech_server_refused": _("The speech server refuses this call. Ask an administrator to run: sapa doctor"),
    "speech_answer_invalid": _(
        "What the speech server answers cannot be used. Ask an administrator to run: sapa doctor"
    ),
    "engine_failed": _("The speech engine failed. Try again; if it fails again, tell an administrator the code."),
    "stage_not_failed": _("No step of this call has failed; there is nothing to try again."),
    "call_busy": _("This call is being worked on. Try again when it is done."),
    "file_unreadable": _("The file cannot be read."),
    "no_file": _("Choose at least one recording."),
    "worker_died": _(
        "This step stopped the program several times, so it is left out. "
        "Ask an administrator to look into the log, then try again."
    ),
    "recording_unmeasured": _("This recording is not ready yet. Try again when its first step is done."),
    "audio_too_long": _("The recording is too long. Split it into calls."),
    "audio_too_large": _("The recording takes too much memory or disk space to decode. Split it into calls."),
    "audio_too_slow": _("The recording took too long to decode. Try again, or export it again as WAV."),
    "audio_decoder_killed": _("Decoding this recording failed half-way. Try again, or export it again as WAV."),
    "decoder_unavailable": _("Recordings cannot be decoded now. Ask an administrator to run: sapa doctor"),
    "language_unknown": _(
        "The speech model does not know the language given for this call. Correct it, or leave it out."
    ),
    "engine_unknown": _("A rule or a setting names a speech engine that this program does not have."),
    "hearing_rule_invalid": _(
        "This rule cannot be kept: languages are told by their codes, and a model has at most 200 characters."
    ),
    "hearing_rule_empty": _("The rule says nothing yet. Tell a language, an engine, a model, or words to listen for."),
    "hearing_hints_invalid": _("A rule has at most 60 names and words to listen for, each of at most 40 characters."),
    "hearing_rule_missing": _("This rule is not there any more. Somebody else may have removed it."),
    "second_model_missing": _("No second speech model is set up here. Ask an administrator."),
    "heard_by_second_model": _("The bigger model has heard this call already."),
    "queue_invalid": _("A queue has a name of 1 to 100 characters."),
    "queue_missing": _("This queue is not there any more."),
    "project_invalid": _("A project has a name of 1 to 100 characters."),
    "project_exists": _("There is already a project with this name."),
    "project_missing": _("This project is not there any more. Somebody else may have renamed or deleted it."),
    "projects_not_yours": _(
        "Projects hold everybody's queues, so only who manages and sees every call may change them."
    ),
    "scorecards_unpublished": _("No scorecard is published yet. Ask an administrator to run: sapa migrate"),
    "scorecard_exists": _("There is already a form with this key. Choose another one."),
    "draft_missing": _("This form has no draft any more: it was published or discarded meanwhile."),
    "draft_exists": _("This form has a draft already. Go on with it, or discard it first."),
    "draft_conflict": _(
        "Somebody else changed this draft meanwhile, so nothing was saved. What you typed is still here: "
        "look at what is new, then save again."
    ),
    "draft_unfinished": _("The draft still has errors. They stand beside their places."),
    "review_nothing_to_undo": _("There is no change to take back."),
    "nothing_to_undo": _("There is no change to take back."),
    "form_part_missing": _("This part of the form is not there any more. Somebody else may have deleted it."),
    "form_edit_invalid": _("This cannot be kept as it is. Correct what is said below, then save again."),
    "forms_not_yours": _("Forms judge everybody's calls, so only who manages and sees every call may change them."),
    "form_rule_invalid": _("A rule names a published form; a name in it has at most 100 characters."),
    "consultation_missing": _("This draft is not open to you, or not any more."),
    "consultation_closed": _("This draft is no longer open for comment."),
    "consultation_not_yours": _("You may change this form: answer comments, or change the draft itself."),
    "consultation_changed": _("Somebody else changed this meanwhile. Look at it, then save again."),
    "wording_changed": _("The draft was changed here while you read it. Read the new wording, then send again."),
    "comment_missing": _("This comment is not there any more."),
    "comment_changed": _("This comment was changed or answered meanwhile. Look at it, then try again."),
    "comment_answered": _("This comment is answered, so it stays as it is. Write another one."),
    "comments_too_many": _("You have written as many comments on this draft as one person may. Change or remove one."),
    "trial_missing": _("This trial is not there, or not yours to see."),
    "trial_not_ready": _("The draft still lacks something, so no call can be marked by it yet."),
    "trial_call_unheard": _("This call is not heard through yet. Choose another one."),
    "trials_too_many": _("You have tried this draft on as many calls as one person may."),
    "trial_changed": _("This trial was changed in another window. Load the page again; what is stored is kept."),
    "trial_done": _("This trial is done: you have seen what the machine gives, so it stays as it is."),
    "trial_unfinished": _("Not everything is marked yet. Give each criterion a value, n.a. or “cannot tell”."),
    "trial_mark_invalid": _("The draft does not know this criterion or this value for calls of this type."),
    "channel_invalid": _("There is no such channel in this recording."),
    "call_not_kept": _("The database refuses this call. Tell an administrator the code and the name of the file."),
    "unexpected_error": _(
        "This step failed in a way nobody foresaw. Try again; if it fails again, tell an administrator the code."
    ),
    "second_factor_needed": _("Administrators need a second factor here. Set one up to go on."),
    "sso_failed": _(
        "The sign-in service did not confirm who you are. Try again; if it stays so, tell an administrator."
    ),
    "sso_unknown": _(
        "You are known to the sign-in service, but not here under the name that it tells. "
        "Ask an administrator to add you."
    ),
    "sso_unverified": _("The sign-in service has not verified your e-mail address, so it cannot say who you are here."),
    "sso_other": _(
        "The person of this name is tied to another account of the sign-in service. "
        "An administrator can untie them by resetting the second factor."
    ),
    "not_allowed": _("Your role does not allow this. Ask an administrator."),
}


def failure_words(code: str, message: str) -> str:
    return str(_WORDS.get(code, message))
