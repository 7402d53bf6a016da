"""The table of who gets what at every address; `test_access_matrix.py` holds it against the site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# The columns are people: nobody is signed in; Daniyar has no role; Aigerim is the agent of the call, Erlan another one;
# Celina reviews and Bogdan supervises all calls; Farida, an outside reviewer, was given this one without the names;
# Gulnara supervises another queue than the call's.
# `by` says how they come: with a `session` of the site, with an API `token` (nobody: none), with a session and a
# `wrong` token, with a session but without the token of its form (`bare`), or with the `monitor`'s token beside it.
# `in` is the way to the sign-in page; a number is the status. A method without a row must be answered by 405.
TABLE = """
route methods by nobody daniyar aigerim erlan celina farida bogdan gulnara admin
metrics                           GET,HEAD      session  401    401     401     401   401    401    401    401     401
metrics                           GET,HEAD      monitor  200    200     200     200   200    200    200    200     200
healthz                           GET,HEAD      session  200    200     200     200   200    200    200    200     200
readyz                            GET,HEAD      session  200    200     200     200   200    200    200    200     200

api/v1/                           any           session  404    404     404     404   404    404    404    404     404
api/v1/openapi.json               any           session  200    200     200     200   200    200    200    200     200
api/v1/calls                      GET           session  401    200     200     200   200    200    200    200     200
api/v1/calls                      GET           token    401    200     200     200   200    200    200    200     200
api/v1/calls                      GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/calls                      POST          session  401    403     403     403   403    403    201    201     201
api/v1/calls                      POST          token    401    403     403     403   403    403    201    201     201
api/v1/calls                      POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/calls                      POST          bare     403    403     403     403   403    403    403    403     403
api/v1/calls/<call_id>            GET           session  401    404     200     404   200    200    200    404     200
api/v1/calls/<call_id>            GET           token    401    404     200     404   200    200    200    404     200
api/v1/calls/<call_id>            GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/reviews                    GET           session  401    200     200     200   200    200    200    200     200
api/v1/reviews                    GET           token    401    200     200     200   200    200    200    200     200
api/v1/reviews                    GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/calls/<call_id>/reviews    GET           session  401    404     200     404   200    200    200    404     200
api/v1/calls/<call_id>/reviews    GET           token    401    404     200     404   200    200    200    404     200
api/v1/calls/<call_id>/reviews    GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/calls/<call_id>/reviews    POST          session  401    404     403     404   201    201    201    404     201
api/v1/calls/<call_id>/reviews    POST          token    401    404     403     404   201    201    201    404     201
api/v1/calls/<call_id>/reviews    POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/reviews/<review_id>        GET           session  401    404     404     404   200    404    404    404     404
api/v1/reviews/<review_id>        GET           token    401    404     404     404   200    404    404    404     404
api/v1/reviews/<review_id>        GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/reviews/<review_id>        DELETE        session  401    404     404     404   204    404    404    404     404
api/v1/reviews/<review_id>        DELETE        token    401    404     404     404   204    404    404    404     404
api/v1/reviews/<review_id>        DELETE        wrong    401    401     401     401   401    401    401    401     401
api/v1/reviews/<review_id>/marks/<criterion> PATCH session 401 404 404 404 200 404 404 404 404
api/v1/reviews/<review_id>/marks/<criterion> PATCH token 401 404 404 404 200 404 404 404 404
api/v1/reviews/<review_id>/marks/<criterion> PATCH wrong 401 401 401 401 401 401 401 401 401
api/v1/reviews/<review_id>/note   PUT           session  401    404     404     404   200    404    404    404     404
api/v1/reviews/<review_id>/note   PUT           token    401    404     404     404   200    404    404    404     404
api/v1/reviews/<review_id>/note   PUT           wrong    401    401     401     401   401    401    401    401     401
api/v1/reviews/<review_id>/undo   POST          session  401    404     404     404   200    404    404    404     404
api/v1/reviews/<review_id>/undo   POST          token    401    404     404     404   200    404    404    404     404
api/v1/reviews/<review_id>/undo   POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/reviews/<review_id>/submit POST          session  401    404     404     404   200    404    404    404     404
api/v1/reviews/<review_id>/submit POST          token    401    404     404     404   200    404    404    404     404
api/v1/reviews/<review_id>/submit POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/reviews/<review_id>/reopen POST          session  401    404     403     404   201    404    403    404     403
api/v1/reviews/<review_id>/reopen POST          token    401    404     403     404   201    404    403    404     403
api/v1/reviews/<review_id>/reopen POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/given                      GET           session  401    403     403     403   403    403    200    200     200
api/v1/given                      GET           token    401    403     403     403   403    403    200    200     200
api/v1/given                      GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/given                      POST          session  401    403     403     403   403    403    200    200     200
api/v1/given                      POST          token    401    403     403     403   403    403    200    200     200
api/v1/given                      POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/given/take-back            POST          session  401    403     403     403   403    403    200    200     200
api/v1/given/take-back            POST          token    401    403     403     403   403    403    200    200     200
api/v1/given/take-back            POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/agents/days                GET           session  401    200     200     200   200    200    200    200     200
api/v1/agents/days                GET           token    401    200     200     200   200    200    200    200     200
api/v1/agents/days                GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/trust                      GET           session  401    403     403     403   403    403    200    200     200
api/v1/trust                      GET           token    401    403     403     403   403    403    200    200     200
api/v1/trust                      GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/consultations              GET           session  401    200     200     200   200    200    200    200     200
api/v1/consultations              GET           token    401    200     200     200   200    200    200    200     200
api/v1/consultations              GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/consultations/<consultation_id>/comments GET session 401 404 200 404 200 404 200 404 200
api/v1/consultations/<consultation_id>/comments GET token 401 404 200 404 200 404 200 404 200
api/v1/consultations/<consultation_id>/comments GET wrong 401 401 401 401 401 401 401 401 401
api/v1/consultations/<consultation_id>/comments POST session 401 404 201 404 201 404 403 404 403
api/v1/consultations/<consultation_id>/comments POST token 401 404 201 404 201 404 403 404 403
api/v1/consultations/<consultation_id>/comments POST wrong 401 401 401 401 401 401 401 401 401
api/v1/me                         GET           session  401    200     200     200   200    200    200    200     200
api/v1/me                         GET           token    401    200     200     200   200    200    200    200     200
api/v1/me                         GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/people                     GET           session  401    403     403     403   403    403    403    403     200
api/v1/people                     GET           token    401    403     403     403   403    403    403    403     200
api/v1/people                     GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/people                     POST          session  401    403     403     403   403    403    403    403     201
api/v1/people                     POST          token    401    403     403     403   403    403    403    403     201
api/v1/people                     POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/people/<username>          GET,PATCH     session  401    403     403     403   403    403    403    403     200
api/v1/people/<username>          GET,PATCH     token    401    403     403     403   403    403    403    403     200
api/v1/people/<username>          GET,PATCH     wrong    401    401     401     401   401    401    401    401     401
api/v1/people/<username>/disable  POST          session  401    403     403     403   403    403    403    403     200
api/v1/people/<username>/disable  POST          token    401    403     403     403   403    403    403    403     200
api/v1/people/<username>/disable  POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/people/<username>/enable   POST          session  401    403     403     401   403    403    403    403     200
api/v1/people/<username>/enable   POST          token    401    403     403     401   403    403    403    403     200
api/v1/people/<username>/enable   POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/people/<username>/sign-in-link POST      session  401    403     403     403   403    403    403    403     201
api/v1/people/<username>/sign-in-link POST      token    401    403     403     403   403    403    403    403     201
api/v1/people/<username>/sign-in-link POST      wrong    401    401     401     401   401    401    401    401     401
api/v1/people/<username>/sign-out POST          session  401    403     403     403   403    403    403    403     204
api/v1/people/<username>/sign-out POST          token    401    403     403     403   403    403    403    403     204
api/v1/people/<username>/sign-out POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/people/<username>/tokens   GET,DELETE    session  401    403     403     403   403    403    403    403     200
api/v1/people/<username>/tokens   GET,DELETE    token    401    403     403     403   403    403    403    403     200
api/v1/people/<username>/tokens   GET,DELETE    wrong    401    401     401     401   401    401    401    401     401
api/v1/people/<username>/pbx-names PUT,DELETE   session  401    403     403     403   403    403    403    403     200
api/v1/people/<username>/pbx-names PUT,DELETE   token    401    403     403     403   403    403    403    403     200
api/v1/people/<username>/pbx-names PUT,DELETE   wrong    401    401     401     401   401    401    401    401     401
api/v1/people/<username>/granted-teams PUT,DELETE session 401 403 403 403 403 403 403 403 200
api/v1/people/<username>/granted-teams PUT,DELETE token 401 403 403 403 403 403 403 403 200
api/v1/people/<username>/granted-teams PUT,DELETE wrong 401 401 401 401 401 401 401 401 401
api/v1/people/<username>/granted-queues PUT,DELETE session 401 403 403 403 403 403 403 403 200
api/v1/people/<username>/granted-queues PUT,DELETE token 401 403 403 403 403 403 403 403 200
api/v1/people/<username>/granted-queues PUT,DELETE wrong 401 401 401 401 401 401 401 401 401
api/v1/pbx/events                 POST          session  403    403     403     403   403    403    403    403     403
api/v1/pbx/events                 POST          token    403    403     403     403   403    403    403    403     403
api/v1/import/people              POST          session  401    403     403     403   403    403    403    403     200
api/v1/import/people              POST          token    401    403     403     403   403    403    403    403     200
api/v1/import/people              POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/pbx-names/unmapped         GET           session  401    403     403     403   403    403    403    403     200
api/v1/pbx-names/unmapped         GET           token    401    403     403     403   403    403    403    403     200
api/v1/pbx-names/unmapped         GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/teams                      GET           session  401    403     403     403   403    403    403    403     200
api/v1/teams                      GET           token    401    403     403     403   403    403    403    403     200
api/v1/teams                      GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/teams                      POST          session  401    403     403     403   403    403    403    403     201
api/v1/teams                      POST          token    401    403     403     403   403    403    403    403     201
api/v1/teams                      POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/forms                      GET           session  401    403     403     403   403    403    200    200     200
api/v1/forms                      GET           token    401    403     403     403   403    403    200    200     200
api/v1/forms                      GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/forms                      POST          session  401    403     403     403   403    403    201    403     201
api/v1/forms                      POST          token    401    403     403     403   403    403    201    403     201
api/v1/forms                      POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/import/forms               POST          session  401    403     403     403   403    403    201    403     201
api/v1/import/forms               POST          token    401    403     403     403   403    403    201    403     201
api/v1/import/forms               POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/forms/<key>                GET           session  401    403     403     403   403    403    200    200     200
api/v1/forms/<key>                GET           token    401    403     403     403   403    403    200    200     200
api/v1/forms/<key>                GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/forms/<key>/revisions/<number> GET       session  401    403     403     403   403    403    200    200     200
api/v1/forms/<key>/revisions/<number> GET       token    401    403     403     403   403    403    200    200     200
api/v1/forms/<key>/revisions/<number> GET       wrong    401    401     401     401   401    401    401    401     401
api/v1/forms/<key>/export         GET           session  401    403     403     403   403    403    200    200     200
api/v1/forms/<key>/export         GET           token    401    403     403     403   403    403    200    200     200
api/v1/forms/<key>/export         GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/forms/<key>/draft          GET,PUT       session  401    403     403     403   403    403    200    403     200
api/v1/forms/<key>/draft          GET,PUT       token    401    403     403     403   403    403    200    403     200
api/v1/forms/<key>/draft          GET,PUT       wrong    401    401     401     401   401    401    401    401     401
api/v1/forms/<key>/draft          POST          session  401    403     403     403   403    403    201    403     201
api/v1/forms/<key>/draft          POST          token    401    403     403     403   403    403    201    403     201
api/v1/forms/<key>/draft          POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/forms/<key>/draft          DELETE        session  401    403     403     403   403    403    204    403     204
api/v1/forms/<key>/draft          DELETE        token    401    403     403     403   403    403    204    403     204
api/v1/forms/<key>/draft          DELETE        wrong    401    401     401     401   401    401    401    401     401
api/v1/forms/<key>/draft/undo     POST          session  401    403     403     403   403    403    200    403     200
api/v1/forms/<key>/draft/undo     POST          token    401    403     403     403   403    403    200    403     200
api/v1/forms/<key>/draft/undo     POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/forms/<key>/draft/check    GET           session  401    403     403     403   403    403    200    403     200
api/v1/forms/<key>/draft/check    GET           token    401    403     403     403   403    403    200    403     200
api/v1/forms/<key>/draft/check    GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/forms/<key>/draft/trial    GET           session  401    403     403     403   403    403    200    403     200
api/v1/forms/<key>/draft/trial    GET           token    401    403     403     403   403    403    200    403     200
api/v1/forms/<key>/draft/trial    GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/forms/<key>/draft/publish  POST          session  401    403     403     403   403    403    200    403     200
api/v1/forms/<key>/draft/publish  POST          token    401    403     403     403   403    403    200    403     200
api/v1/forms/<key>/draft/publish  POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/form-rules                 GET           session  401    403     403     403   403    403    200    403     200
api/v1/form-rules                 GET           token    401    403     403     403   403    403    200    403     200
api/v1/form-rules                 GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/form-rules                 POST          session  401    403     403     403   403    403    201    403     201
api/v1/form-rules                 POST          token    401    403     403     403   403    403    201    403     201
api/v1/form-rules                 POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/form-rules/<rule_id>       PUT           session  401    403     403     403   403    403    200    403     200
api/v1/form-rules/<rule_id>       PUT           token    401    403     403     403   403    403    200    403     200
api/v1/form-rules/<rule_id>       PUT           wrong    401    401     401     401   401    401    401    401     401
api/v1/form-rules/<rule_id>       DELETE        session  401    403     403     403   403    403    204    403     204
api/v1/form-rules/<rule_id>       DELETE        token    401    403     403     403   403    403    204    403     204
api/v1/form-rules/<rule_id>       DELETE        wrong    401    401     401     401   401    401    401    401     401
api/v1/form-rules/<rule_id>/move  POST          session  401    403     403     403   403    403    200    403     200
api/v1/form-rules/<rule_id>/move  POST          token    401    403     403     403   403    403    200    403     200
api/v1/form-rules/<rule_id>/move  POST          wrong    401    401     401     401   401    401    401    401     401
api/v1/calls/<call_id>/form       GET           session  401    403     403     403   403    403    200    403     200
api/v1/calls/<call_id>/form       GET           token    401    403     403     403   403    403    200    403     200
api/v1/calls/<call_id>/form       GET           wrong    401    401     401     401   401    401    401    401     401
api/v1/calls/<call_id>/hear-again POST session 401 404 403 404 202 403 202 404 202
api/v1/calls/<call_id>/hear-again POST token 401 404 403 404 202 403 202 404 202
api/v1/calls/<call_id>/hear-again POST wrong 401 401 401 401 401 401 401 401 401
api/v1/hearing-rules GET,PUT session 401 403 403 403 403 403 403 403 200
api/v1/hearing-rules GET,PUT token 401 403 403 403 403 403 403 403 200
api/v1/hearing-rules GET,PUT wrong 401 401 401 401 401 401 401 401 401
api/v1/hearing-rules DELETE session 401 403 403 403 403 403 403 403 204
api/v1/hearing-rules DELETE token 401 403 403 403 403 403 403 403 204
api/v1/hearing-rules DELETE wrong 401 401 401 401 401 401 401 401 401
api/<path:rest>                   any           session  404    404     404     404   404    404    404    404     404

sign-in                           GET,HEAD      session  200    302     302     302   302    302    302    302     302
sign-in                           POST          session  200    302     302     302   302    302    302    302     302
sign-in/second                    GET,HEAD,POST session  302    302     302     302   302    302    302    302     302
sign-in/passkey                   POST          session  200    302     302     302   302    302    302    302     302
sign-in/with/<str:provider_id>    GET,HEAD      session  404    404     404     404   404    404    404    404     404
sign-in/with/<str:provider_id>/done GET,HEAD    session  404    404     404     404   404    404    404    404     404
passkey/begin                     POST          session  200    200     200     200   200    200    200    200     200
sign-out                          POST          session  302    302     302     302   302    302    302    302     302
sign-out                          OPTIONS       session  200    200     200     200   200    200    200    200     200
enter/<str:secret>                GET,HEAD      session  200    200     200     200   200    200    200    200     200
enter/<str:secret>                POST          session  302    302     302     302   302    302    302    302     302
language                          POST          session  302    302     302     302   302    302    302    302     302
theme                             POST          session  302    302     302     302   302    302    302    302     302

confirm                           GET,HEAD,POST session  in     200     200     200   200    200    200    200     200
passkey/begin-new                 POST          session  in     200     200     200   200    200    200    200     200
account/                          GET,HEAD      session  in     200     200     200   200    200    200    200     200
account/password                  GET,HEAD      session  in     200     200     200   200    200    200    200     200
account/password                  POST          session  in     302     302     302   302    302    302    302     302
account/codes                     GET,HEAD      session  in     200     200     200   200    200    200    200     200
account/codes                     POST          session  in     302     302     302   302    302    302    302     302
account/codes/off                 POST          session  in     302     302     302   302    302    302    302     302
account/recovery                  GET,HEAD      session  in     200     200     200   200    200    200    200     200
account/recovery                  POST          session  in     302     302     302   302    302    302    302     302
account/passkeys/new              GET,HEAD      session  in     200     200     200   200    200    200    200     200
account/passkeys/new              POST          session  in     400     400     400   400    400    400    400     400
account/passkeys/<int:key_id>/name POST         session  in     404     404     404   404    404    404    404     302
account/passkeys/<int:key_id>/remove POST       session  in     404     404     404   404    404    404    404     302
account/sessions/end              POST          session  in     302     302     302   302    302    302    302     302
account/sessions/<int:session_id>/end POST      session  in     404     404     404   404    404    404    404     302

recordings/<uuid:call_id>/audio   GET,HEAD      session  in     404     200     404   200    200    200    404     200
recordings/<uuid:call_id>/heard   POST          session  in     404     204     404   204    204    204    404     204

/                                 GET,HEAD      session  in     302     302     302   302    302    302    302     302
calls/                            GET,HEAD      session  in     200     200     200   200    200    200    200     200
calls/upload                      POST          session  in     403     403     403   403    403    200    200     200
calls/<uuid:call_id>/             GET,HEAD      session  in     404     200     404   200    200    200    404     200
calls/<uuid:call_id>/retry        POST          session  in     404     403     404   302    403    302    404     302
calls/<uuid:call_id>/agent-channel POST         session  in     404     403     404   302    403    302    404     302
calls/<uuid:call_id>/hear-again   POST          session  in     404     403     404   302    403    302    404     302
calls/<uuid:call_id>/review       POST          session  in     404     403     404   302    302    302    404     302
calls/<uuid:call_id>/machine      POST          session  in     404     403     404   302    403    302    404     302
reviews/                          GET,HEAD      session  in     302     302     302   200    200    200    200     200
reviews/next                      POST          session  in     403     403     403   302    302    302    302     302
reviews/<uuid:review_id>/         GET,HEAD      session  in     404     404     404   200    404    404    404     404
reviews/<uuid:review_id>/marks/<slug:criterion> POST session in 404 404 404 302 404 404 404 404
reviews/<uuid:review_id>/note     POST          session  in     404     404     404   302    404    404    404     404
reviews/<uuid:review_id>/call-type POST         session  in     404     404     404   302    404    404    404     404
reviews/<uuid:review_id>/undo     POST          session  in     404     404     404   302    404    404    404     404
reviews/<uuid:review_id>/submit   POST          session  in     404     404     404   302    404    404    404     404
reviews/<uuid:review_id>/reopen   POST          session  in     404     403     404   302    404    403    404     403
reviews/<uuid:review_id>/discard  POST          session  in     404     404     404   302    404    404    404     404
given/                            GET,HEAD      session  in     404     404     404   404    404    200    200     200
given/new                         GET,HEAD      session  in     404     404     404   404    404    200    200     200
given/new                         POST          session  in     404     404     404   404    404    302    302     302
given/<int:reviewer_id>/          GET,HEAD      session  in     404     404     404   404    404    200    200     200
given/<int:reviewer_id>/take-back POST          session  in     404     404     404   404    404    302    302     302
agents/                           GET,HEAD      session  in     404     200     200   200    404    200    200     200
agents/export                     POST          session  in     404     200     200   200    404    200    200     200
trust/                            GET,HEAD      session  in     404     404     404   404    404    200    200     200
me/                               GET,HEAD      session  in     200     200     200   200    200    200    200     200
open-forms/                       GET,HEAD      session  in     200     200     200   200    200    200    200     200
open-forms/<int:consultation_id>/ GET,HEAD      session  in     404     200     404   200    404    200    404     200
open-forms/<int:consultation_id>/ POST          session  in     404     302     404   302    404    403    404     403
open-forms/<int:consultation_id>/trials POST    session  in     404     302     404   302    404    403    404     403
open-forms/trials/<uuid:trial_id>/ GET,HEAD     session  in     404     200     404   404    404    404    404     404
open-forms/trials/<uuid:trial_id>/marks/<slug:criterion> POST session in 404 302 404 404 404 404 404 404
open-forms/trials/<uuid:trial_id>/finish POST   session  in     404     302     404   404    404    404    404     404
open-forms/trials/<uuid:trial_id>/discard POST  session  in     404     302     404   404    404    404    404     404
open-forms/trials/<uuid:trial_id>/comment POST  session  in     404     302     404   404    404    404    404     404
line/                             GET,HEAD      session  in     404     404     404   404    404    200    404     200
line/retry                        POST          session  in     404     404     404   404    404    302    404     302

forms/                            GET,HEAD      session  in     404     404     404   404    404    200    200     200
forms/new-form                    GET,HEAD      session  in     404     404     404   404    404    200    404     200
forms/new-form                    POST          session  in     404     404     404   404    404    302    404     302
forms/choice-rules                GET,HEAD      session  in     404     404     404   404    404    200    404     200
forms/choice-rules                POST          session  in     404     404     404   404    404    302    404     302
forms/choice-rules/<int:rule_id>  POST          session  in     404     404     404   404    404    302    404     302
forms/<slug:key>/                 GET,HEAD      session  in     404     404     404   404    404    200    200     200
forms/<slug:key>/revisions/<int:number>/ GET,HEAD session in 404 404 404 404 404 200 200 200
forms/<slug:key>/export/<slug:shape> GET,HEAD   session  in     404     404     404   404    404    200    200     200
forms/<slug:key>/edit             POST          session  in     404     404     404   404    404    302    404     302
forms/<slug:key>/draft            GET,HEAD      session  in     404     404     404   404    404    200    404     200
forms/<slug:key>/draft            POST          session  in     404     404     404   404    404    302    404     302
forms/<slug:key>/draft/undo       POST          session  in     404     404     404   404    404    302    404     302
forms/<slug:key>/draft/discard    POST          session  in     404     404     404   404    404    302    404     302
forms/<slug:key>/draft/publish    GET,HEAD      session  in     404     404     404   404    404    200    404     200
forms/<slug:key>/draft/publish    POST          session  in     404     404     404   404    404    302    404     302
forms/<slug:key>/draft/try        GET,HEAD      session  in     404     404     404   404    404    200    404     200
forms/<slug:key>/draft/consultation GET,HEAD    session  in     404     404     404   404    404    200    404     200
forms/<slug:key>/draft/consultation POST        session  in     404     404     404   404    404    302    404     302
forms/<slug:key>/consultations/<int:consultation_id>/ GET,HEAD session in 404 404 404 404 404 200 404 200
forms/<slug:key>/consultations/<int:consultation_id>/ POST session in 404 404 404 404 404 302 404 302
forms/<slug:key>/consultations/<int:consultation_id>/export POST session in 404 404 404 404 404 200 404 200

queues/                           GET,HEAD      session  in     404     404     404   404    404    200    404     200
queues/<int:queue_id>/            POST          session  in     404     404     404   404    404    302    404     302
queues/projects/<int:project_id>/ POST          session  in     404     404     404   404    404    302    404     302
people/                           GET,HEAD      session  in     404     404     404   404    404    404    404     200
people/new                        GET,HEAD      session  in     404     404     404   404    404    404    404     200
people/new                        POST          session  in     404     404     404   404    404    404    404     302
people/import                     GET,HEAD      session  in     404     404     404   404    404    404    404     200
people/import                     POST          session  in     404     404     404   404    404    404    404     302
people/names                      POST          session  in     404     404     404   404    404    404    404     302
people/<int:person_id>/           GET,HEAD      session  in     404     404     404   404    404    404    404     200
people/<int:person_id>/           POST          session  in     404     404     404   404    404    404    404     302
people/<int:person_id>/switch     POST          session  in     404     404     404   404    404    404    404     302
people/<int:person_id>/link       POST          session  in     404     404     404   404    404    404    404     302
people/<int:person_id>/revoke     POST          session  in     404     404     404   404    404    404    404     302

hearing/                          GET,HEAD      session  in     404     404     404   404    404    404    404     200
hearing/new                       GET,HEAD      session  in     404     404     404   404    404    404    404     200
hearing/new                       POST          session  in     404     404     404   404    404    404    404     302
hearing/<int:hearing_rule_id>/    GET,HEAD      session  in     404     404     404   404    404    404    404     200
hearing/<int:hearing_rule_id>/    POST          session  in     404     404     404   404    404    404    404     302
hearing/<int:hearing_rule_id>/remove POST       session  in     404     404     404   404    404    404    404     302
audit/                            GET,HEAD      session  in     404     404     404   404    404    404    404     200
audit/export                      POST          session  in     404     404     404   404    404    404    404     200
people/<int:person_id>/sign-out   POST          session  in     404     404     404   404    404    404    404     302
people/<int:person_id>/second-factor POST       session  in     404     404     404   404    404    404    404     302
people/<int:person_id>/unlock     POST          session  in     404     404     404   404    404    404    404     302
"""
SEE_THE_CALL = {"aigerim", "celina", "farida", "bogdan", "admin"}
TOLD_BY_THE_CALL = (b"Robert Johnson", b"77015550101")  # whoever reads these has seen it
SPOKEN = b"my name is Robert Johnson"  # what is said is heard by whoever is given the call
KEPT_FROM_FARIDA = (*TOLD_BY_THE_CALL, b"Aigerim", b"Celina")
NO_SIGN_IN = {
    "metrics", "healthz", "readyz", "api/v1/", "api/v1/openapi.json", "api/v1/calls", "api/v1/calls/<call_id>",
    "api/v1/reviews", "api/v1/calls/<call_id>/reviews", "api/v1/reviews/<review_id>",
    "api/v1/reviews/<review_id>/marks/<criterion>", "api/v1/reviews/<review_id>/note",
    "api/v1/reviews/<review_id>/undo", "api/v1/reviews/<review_id>/submit", "api/v1/reviews/<review_id>/reopen",
    "api/v1/trust", "api/v1/agents/days", "api/v1/given", "api/v1/given/take-back",
    "api/v1/me", "api/v1/people", "api/v1/people/<username>", "api/v1/people/<username>/disable",
    "api/v1/people/<username>/enable", "api/v1/people/<username>/sign-in-link", "api/v1/people/<username>/sign-out",
    "api/v1/people/<username>/tokens", "api/v1/people/<username>/pbx-names", "api/v1/people/<username>/granted-teams",
    "api/v1/people/<username>/granted-queues", "api/v1/import/people", "api/v1/pbx-names/unmapped", "api/v1/teams",
    "api/v1/forms", "api/v1/import/forms", "api/v1/forms/<key>", "api/v1/forms/<key>/revisions/<number>",
    "api/v1/forms/<key>/export", "api/v1/forms/<key>/draft", "api/v1/forms/<key>/draft/undo",
    "api/v1/forms/<key>/draft/check", "api/v1/forms/<key>/draft/trial", "api/v1/forms/<key>/draft/publish",
    "api/v1/form-rules", "api/v1/form-rules/<rule_id>", "api/v1/form-rules/<rule_id>/move",
    "api/v1/calls/<call_id>/form", "api/v1/calls/<call_id>/hear-again", "api/v1/hearing-rules",
    "api/v1/pbx/events", "api/v1/consultations", "api/v1/consultations/<consultation_id>/comments",
    "api/<path:rest>", "sign-in", "sign-in/second", "sign-in/passkey", "sign-in/with/<str:provider_id>",
    "sign-in/with/<str:provider_id>/done", "passkey/begin", "sign-out", "enter/<str:secret>", "language", "theme",
}  # fmt: skip
# Looking changes nothing, but for these; the name is that of the model.
CHANGED_BY_LOOKING = {
    ("recordings/<uuid:call_id>/audio", "GET"): {"AuditEntry"},  # what leaves was heard
    # A call that somebody waits for goes first; and whoever was shown the machine's marks is no blind reviewer of it.
    ("calls/<uuid:call_id>/", "GET"): {"StageRow", "MachineShown"},
    ("calls/<uuid:call_id>/", "HEAD"): {"StageRow", "MachineShown"},
    ("api/v1/calls/<call_id>", "GET"): {"MachineShown"},
    ("account/codes", "GET"): {"Session"},  # the secret that the next form must prove
    ("account/codes", "HEAD"): {"Session"},
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
LOOKS = {"GET", "HEAD", "OPTIONS", "TRACE"}
REFUSED = {"in", "400", "401", "403", "404", "405", "410"}
# What they change is that the sign-in is new again, or a question to the browser.
ONLY_OF_THE_SESSION = {"confirm", "passkey/begin-new"}
HERE = "src/sapa/config/tests/access_table.py"


@dataclass(frozen=True)
class Row:
    route: str
    methods: tuple[str, ...]
    by: str
    expected: Mapping[str, str]  # who → "in" or a status

    @property
    def name(self) -> str:
        return f"{self.route} {','.join(self.methods)} {self.by}"


def _rows() -> list[Row]:
    head, *lines = [line.split() for line in TABLE.splitlines() if line]
    people = head[3:]
    every = ",".join(METHODS)
    return [
        Row(route, tuple(methods.replace("any", every).split(",")), by, dict(zip(people, cells, strict=True)))
        for route, methods, by, *cells in lines
    ]


ROWS = _rows()
# Whoever may send a form there changes something by it, beyond a message to themselves.
CHANGES = {
    *(row.route for row in ROWS if row.route.startswith("api/v1/") and {*row.methods} - {*METHODS[:2]}),
    *(row.route for row in ROWS if row.route not in NO_SIGN_IN | ONLY_OF_THE_SESSION),
} - {"api/v1/", "api/v1/openapi.json"}
