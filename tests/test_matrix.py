"""Who gets what answer at which address: every route × method × actor, as one table.

The tables below are expectations, in the resolver's order; a route that is missing from them, or answers otherwise,
fails the test, whose diff is the difference of the tables. Columns: nobody signed in, owner of an unrelated
organization, then viewer, trader and owner of the organization whose objects the addresses name, and the facilitator
of its programme. `login` is a redirect to the sign-in page, `302` one to anywhere else.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import Invitation, Membership, Organization, Programme, Role, Site, User
from accounts.services.organizations import OrganizationDetails, create_organization
from accounts.services.sites import SiteDetails, create_site
from accounts.services.tokens import create_api_token
from catalogue.models import Resource
from catalogue.precedents.services import PrecedentDetails, add_precedent
from listings.models import Disclosure, Side
from listings.services.listings import create_listing, pause_listing
from matching.models import Match
from matching.services.refresh import refresh_matches
from matching.services.reviews import dismiss_match
from register.services.claims import claim_plant
from tests.conftest import join, make_plant, make_terms, make_user
from tests.trading.conftest import agree, bid_in, introduce
from trading.models import ImpactEntry
from trading.services.deliveries import Consignment, add_delivery_file, record_delivery
from trading.services.messages import add_file
from trading.services.tenders import open_tender

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ACTORS = ("anonymous", "stranger", "viewer", "trader", "owner", "facilitator")
COLUMNS = ("nobody", "stranger", "viewer", "trader", "owner", "facil.")
FORM = "application/x-www-form-urlencoded"
SECRET = "secret-of-an-invitation"
MISSING = 999_999_999
CONVERTER = re.compile(r"<\w+:\w+>")
CSRF = re.compile(r'name="(?:csrfmiddlewaretoken|form_key)" value="[\w-]+"')

PAGES = """
                                                                nobody stranger   viewer   trader    owner   facil.
home                                 GET                           200      200      200      200      200      200
home                                 POST PUT PATCH DELETE         405      405      405      405      405      405
register_plants                      GET                           200      200      200      200      200      200
register_plants                      POST PUT PATCH DELETE         405      405      405      405      405      405
register_plant                       GET                           200      200      200      200      200      200
register_plant                       POST PUT PATCH DELETE         405      405      405      405      405      405
register_claim                       GET PUT PATCH DELETE          405      405      405      405      405      405
register_claim                       POST                        login      302      403      302      302      302
plant_claim_confirm                  GET PUT PATCH DELETE          405      405      405      405      405      405
plant_claim_confirm                  POST                        login      404      404      404      404      302
plant_claim_refuse                   GET PUT PATCH DELETE          405      405      405      405      405      405
plant_claim_refuse                   POST                        login      404      404      404      404      302
usual                                GET                         login      200      200      200      200      302
usual                                POST PUT PATCH DELETE         405      405      405      405      405      405
usual_keep                           GET PUT PATCH DELETE          405      405      405      405      405      405
usual_keep                           POST                        login      404      403      302      302      404
usual_nace                           GET PUT PATCH DELETE          405      405      405      405      405      405
usual_nace                           POST                        login      302      403      403      302      404
browse                               GET                           200      200      200      200      200      200
browse                               POST PUT PATCH DELETE         405      405      405      405      405      405
listing_new                          GET                         login      200      403      200      200      302
listing_new                          POST                        login      200      403      302      302      302
listing_new                          PUT PATCH DELETE              405      405      405      405      405      405
listing_fields                       GET                         login      200      200      200      200      200
listing_fields                       POST PUT PATCH DELETE         405      405      405      405      405      405
listing_echo                         GET                         login      200      200      200      200      200
listing_echo                         POST PUT PATCH DELETE         405      405      405      405      405      405
listing                              GET                           200      200      200      200      200      200
listing                              POST PUT PATCH DELETE         405      405      405      405      405      405
listing_uses                         GET                           200      200      200      200      200      200
listing_uses                         POST PUT PATCH DELETE         405      405      405      405      405      405
listing_edit                         GET                         login      404      403      200      200      404
listing_edit                         POST                        login      404      403      302      302      404
listing_edit                         PUT PATCH DELETE              405      405      405      405      405      405
listing_publish                      GET PUT PATCH DELETE          405      405      405      405      405      405
listing_publish                      POST                        login      404      403      302      302      404
listing_pause                        GET PUT PATCH DELETE          405      405      405      405      405      405
listing_pause                        POST                        login      404      403      302      302      404
listing_withdraw                     GET PUT PATCH DELETE          405      405      405      405      405      405
listing_withdraw                     POST                        login      404      403      302      302      404
my_listings                          GET                         login      200      200      200      200      302
my_listings                          POST PUT PATCH DELETE         405      405      405      405      405      405
my_matches                           GET                         login      200      200      200      200      302
my_matches                           POST PUT PATCH DELETE         405      405      405      405      405      405
match                                GET                         login      404      200      200      200      200
match                                POST PUT PATCH DELETE         405      405      405      405      405      405
match_approve                        GET PUT PATCH DELETE          405      405      405      405      405      405
match_approve                        POST                        login      404      403      403      403      302
match_dismiss                        GET PUT PATCH DELETE          405      405      405      405      405      405
match_dismiss                        POST                        login      404      403      403      403      302
match_take_back                      GET PUT PATCH DELETE          405      405      405      405      405      405
match_take_back                      POST                        login      404      403      403      403      302
match_review_row                     GET                         login      404      403      403      403      200
match_review_row                     POST PUT PATCH DELETE         405      405      405      405      405      405
match_note_interest                  GET PUT PATCH DELETE          405      405      405      405      405      405
match_note_interest                  POST                        login      404      403      302      302      403
match_take_back_interest             GET PUT PATCH DELETE          405      405      405      405      405      405
match_take_back_interest             POST                        login      404      403      302      302      403
listing_matches                      GET                         login      404      200      200      200      200
listing_matches                      POST PUT PATCH DELETE         405      405      405      405      405      405
review                               GET                         login      403      403      403      403      200
review                               POST PUT PATCH DELETE         405      405      405      405      405      405
my_deals                             GET                         login      200      200      200      200      200
my_deals                             POST PUT PATCH DELETE         405      405      405      405      405      405
synergy_new                          GET POST                    login      403      403      403      403      200
synergy_new                          PUT PATCH DELETE              405      405      405      405      405      405
synergy                              GET                         login      404      200      200      200      200
synergy                              POST PUT PATCH DELETE         405      405      405      405      405      405
synergy_interest                     GET PUT PATCH DELETE          405      405      405      405      405      405
synergy_interest                     POST                        login      404      403      409      409      403
synergy_message                      GET PUT PATCH DELETE          405      405      405      405      405      405
synergy_message                      POST                        login      404      403      302      302      302
synergy_file_add                     GET PUT PATCH DELETE          405      405      405      405      405      405
synergy_file_add                     POST                        login      404      403      200      200      200
synergy_step                         GET PUT PATCH DELETE          405      405      405      405      405      405
synergy_step                         POST                        login      404      403      302      302      302
synergy_lose                         GET PUT PATCH DELETE          405      405      405      405      405      405
synergy_lose                         POST                        login      404      403      302      302      302
synergy_attribution                  GET PUT PATCH DELETE          405      405      405      405      405      405
synergy_attribution                  POST                        login      404      403      403      403      302
synergy_verify                       GET PUT PATCH DELETE          405      405      405      405      405      405
synergy_verify                       POST                        login      404      403      403      403      409
synergy_declare                      GET                         login      404      403      200      200      403
synergy_declare                      POST                        login      404      403      302      302      403
synergy_declare                      PUT PATCH DELETE              405      405      405      405      405      405
synergy_bid                          GET POST                    login      404      403      200      200      403
synergy_bid                          PUT PATCH DELETE              405      405      405      405      405      405
synergy_file                         GET                         login      404      200      200      200      200
synergy_file                         POST PUT PATCH DELETE         405      405      405      405      405      405
match_interest                       GET PUT PATCH DELETE          405      405      405      405      405      405
match_interest                       POST                        login      404      403      302      302      403
listing_enquire                      GET                         login      200      403      200      200      302
listing_enquire                      POST                        login      302      403      200      200      302
listing_enquire                      PUT PATCH DELETE              405      405      405      405      405      405
listing_tender                       GET                         login      404      403      200      200      404
listing_tender                       POST                        login      404      403      302      302      404
listing_tender                       PUT PATCH DELETE              405      405      405      405      405      405
bid_counter                          GET                         login      404      403      200      200      403
bid_counter                          POST                        login      404      403      302      302      403
bid_counter                          PUT PATCH DELETE              405      405      405      405      405      405
bid_accept                           GET PUT PATCH DELETE          405      405      405      405      405      405
bid_accept                           POST                        login      404      403      302      302      403
bid_decline                          GET PUT PATCH DELETE          405      405      405      405      405      405
bid_decline                          POST                        login      404      403      302      302      403
bid_withdraw                         GET PUT PATCH DELETE          405      405      405      405      405      405
bid_withdraw                         POST                        login      404      403      403      403      403
tender                               GET                         login      200      200      200      200      200
tender                               POST PUT PATCH DELETE         405      405      405      405      405      405
tender_bid                           GET                         login      200      403      409      409      404
tender_bid                           POST                        login      302      403      409      409      404
tender_bid                           PUT PATCH DELETE              405      405      405      405      405      405
tender_award                         GET PUT PATCH DELETE          405      405      405      405      405      405
tender_award                         POST                        login      403      403      200      200      403
tender_cancel                        GET PUT PATCH DELETE          405      405      405      405      405      405
tender_cancel                        POST                        login      403      403      302      302      403
agreement                            GET                         login      404      200      200      200      200
agreement                            POST PUT PATCH DELETE         405      405      405      405      405      405
agreement_summary                    GET                         login      404      200      200      200      200
agreement_summary                    POST PUT PATCH DELETE         405      405      405      405      405      405
agreement_papers                     GET POST                    login      404      403      200      200      403
agreement_papers                     PUT PATCH DELETE              405      405      405      405      405      405
agreement_cancel                     GET PUT PATCH DELETE          405      405      405      405      405      405
agreement_cancel                     POST                        login      404      403      302      302      403
agreement_complete                   GET PUT PATCH DELETE          405      405      405      405      405      405
agreement_complete                   POST                        login      404      403      302      302      403
delivery_new                         GET                         login      404      403      200      200      403
delivery_new                         POST                        login      404      403      302      302      403
delivery_new                         PUT PATCH DELETE              405      405      405      405      405      405
delivery_correct                     GET                         login      404      403      200      200      403
delivery_correct                     POST                        login      404      403      302      302      403
delivery_correct                     PUT PATCH DELETE              405      405      405      405      405      405
delivery_confirm                     GET PUT PATCH DELETE          405      405      405      405      405      405
delivery_confirm                     POST                        login      404      403      302      302      403
delivery_evidence                    GET POST                    login      404      403      200      200      403
delivery_evidence                    PUT PATCH DELETE              405      405      405      405      405      405
delivery_file                        GET                         login      404      200      200      200      200
delivery_file                        POST PUT PATCH DELETE         405      405      405      405      405      405
benefit                              GET                         login      200      200      200      200      302
benefit                              POST PUT PATCH DELETE         405      405      405      405      405      405
programme_benefit                    GET                         login      403      403      403      403      200
programme_benefit                    POST PUT PATCH DELETE         405      405      405      405      405      405
resources                            GET                           200      200      200      200      200      200
resources                            POST PUT PATCH DELETE         405      405      405      405      405      405
resource_suggest                     GET                           200      200      200      200      200      200
resource_suggest                     POST PUT PATCH DELETE         405      405      405      405      405      405
code_suggest                         GET                           200      200      200      200      200      200
code_suggest                         POST PUT PATCH DELETE         405      405      405      405      405      405
precedents                           GET                           200      200      200      200      200      200
precedents                           POST PUT PATCH DELETE         405      405      405      405      405      405
precedent_new                        GET                         login      403      403      403      403      200
precedent_new                        POST                        login      403      403      403      403      302
precedent_new                        PUT PATCH DELETE              405      405      405      405      405      405
precedent_edit                       GET                         login      403      403      403      403      200
precedent_edit                       POST                        login      403      403      403      403      302
precedent_edit                       PUT PATCH DELETE              405      405      405      405      405      405
precedent_remove                     GET PUT PATCH DELETE          405      405      405      405      405      405
precedent_remove                     POST                        login      403      403      403      403      302
resource                             GET                           200      200      200      200      200      200
resource                             POST PUT PATCH DELETE         405      405      405      405      405      405
organization                         GET                         login      200      200      200      200      302
organization                         POST PUT PATCH DELETE         405      405      405      405      405      405
organization_new                     GET                         login      200      200      200      200      200
organization_new                     POST                        login      302      302      302      302      302
organization_new                     PUT PATCH DELETE              405      405      405      405      405      405
organization_edit                    GET                         login      200      403      403      200      404
organization_edit                    POST                        login      302      403      403      302      404
organization_edit                    PUT PATCH DELETE              405      405      405      405      405      405
organization_choose                  GET                         login      200      200      200      200      200
organization_choose                  POST                        login      404      302      302      302      404
organization_choose                  PUT PATCH DELETE              405      405      405      405      405      405
site_new                             GET                         login      200      403      403      200      302
site_new                             POST                        login      302      403      403      302      302
site_new                             PUT PATCH DELETE              405      405      405      405      405      405
site_edit                            GET                         login      404      403      403      200      404
site_edit                            POST                        login      404      403      403      302      404
site_edit                            PUT PATCH DELETE              405      405      405      405      405      405
site_delete                          GET PUT PATCH DELETE          405      405      405      405      405      405
site_delete                          POST                        login      404      403      403      302      404
member_invite                        GET                         login      200      403      403      200      404
member_invite                        POST                        login      302      403      403      302      404
member_invite                        PUT PATCH DELETE              405      405      405      405      405      405
member_role                          GET PUT PATCH DELETE          405      405      405      405      405      405
member_role                          POST                        login      404      403      403      302      404
member_remove                        GET PUT PATCH DELETE          405      405      405      405      405      405
member_remove                        POST                        login      404      403      403      302      404
invitation_withdraw                  GET PUT PATCH DELETE          405      405      405      405      405      405
invitation_withdraw                  POST                        login      404      403      403      302      404
invitation                           GET                           200      200      200      200      200      200
invitation                           POST                          200      409      409      409      409      409
invitation                           PUT PATCH DELETE              405      405      405      405      405      405
letters                              GET                           200      200      200      200      200      200
letters                              POST PUT PATCH DELETE         405      405      405      405      405      405
letter_again                         GET PUT PATCH DELETE          405      405      405      405      405      405
letter_again                         POST                          login    login    login    login    login    login
programmes                           GET                           200      200      200      200      200      200
programmes                           POST PUT PATCH DELETE         405      405      405      405      405      405
programme                            GET                           200      200      200      200      200      200
programme                            POST PUT PATCH DELETE         405      405      405      405      405      405
programme_add                        GET PUT PATCH DELETE          405      405      405      405      405      405
programme_add                        POST                        login      403      403      403      403      302
organization_suggest                 GET                           login    403      403      403      403      200
organization_suggest                 POST PUT PATCH DELETE         405      405      405      405      405      405
programme_answer                     GET PUT PATCH DELETE          405      405      405      405      405      405
programme_answer                     POST                        login      404      403      403      302      404
programme_remove                     GET PUT PATCH DELETE          405      405      405      405      405      405
programme_remove                     POST                        login      403      403      403      403      302
programme_weights                    GET                         login      403      403      403      403      200
programme_weights                    POST                        login      403      403      403      403      302
programme_weights                    PUT PATCH DELETE              405      405      405      405      405      405
tokens                               GET POST                    login      200      200      200      200      200
tokens                               PUT PATCH DELETE              405      405      405      405      405      405
token_revoke                         GET PUT PATCH DELETE          405      405      405      405      405      405
token_revoke                         POST                        login      404      404      404      302      404
town_suggest                         GET                           200      200      200      200      200      200
town_suggest                         POST PUT PATCH DELETE         405      405      405      405      405      405
kept_form                            GET                           302      302      302      302      302      302
kept_form                            POST PUT PATCH DELETE         405      405      405      405      405      405
healthz                              GET                           503      503      503      503      503      503
healthz                              POST PUT PATCH DELETE         405      405      405      405      405      405
"""

API = """
                                                                nobody stranger   viewer   trader    owner   facil.
api-organization-list                GET                           401      200      200      200      200      200
api-organization-list                POST PUT PATCH DELETE         401      405      405      405      405      405
api-organization-detail              GET                           401      404      200      200      200      404
api-organization-detail              POST DELETE                   401      405      405      405      405      405
api-organization-detail              PUT PATCH                     401      404      403      403      200      404
api-site-list                        GET                           401      200      200      200      200      200
api-site-list                        POST                          401      400      403      403      201      400
api-site-list                        PUT PATCH DELETE              401      405      405      405      405      405
api-site-detail                      GET                           401      404      200      200      200      404
api-site-detail                      POST                          401      405      405      405      405      405
api-site-detail                      PUT PATCH                     401      404      403      403      200      404
api-site-detail                      DELETE                        401      404      403      403      204      404
api-code-suggestion-list             GET                           200      200      200      200      200      200
api-code-suggestion-list             POST PUT PATCH DELETE         405      405      405      405      405      405
api-precedent-list                   GET                           200      200      200      200      200      200
api-precedent-list                   POST                          401      403      403      403      403      201
api-precedent-list                   PUT PATCH DELETE              401      405      405      405      405      405
api-precedent-detail                 GET                           200      200      200      200      200      200
api-precedent-detail                 POST PUT                      401      405      405      405      405      405
api-precedent-detail                 PATCH                         401      403      403      403      403      200
api-precedent-detail                 DELETE                        401      403      403      403      403      204
api-usual-listing-list               GET                           200      200      200      200      200      200
api-usual-listing-list               POST PUT PATCH DELETE         405      405      405      405      405      405
api-resource-list                    GET                           200      200      200      200      200      200
api-resource-list                    POST PUT PATCH DELETE         405      405      405      405      405      405
api-resource-detail                  GET                           200      200      200      200      200      200
api-resource-detail                  POST PUT PATCH DELETE         405      405      405      405      405      405
api-resource-uses                    GET                           200      200      200      200      200      200
api-resource-uses                    POST PUT PATCH DELETE         405      405      405      405      405      405
api-listing-near-misses              GET                           401      404      200      200      200      200
api-listing-near-misses              POST PUT PATCH DELETE         401      405      405      405      405      405
api-listing-list                     GET                           200      200      200      200      200      200
api-listing-list                     POST                          401      400      403      201      201      400
api-listing-list                     PUT PATCH DELETE              401      405      405      405      405      405
api-listing-detail                   GET                           200      200      200      200      200      200
api-listing-detail                   POST DELETE                   401      405      405      405      405      405
api-listing-detail                   PUT PATCH                     401      404      403      200      200      404
api-listing-pause                    GET                           405      405      405      405      405      405
api-listing-pause                    POST                          401      404      403      200      200      404
api-listing-pause                    PUT PATCH DELETE              401      405      405      405      405      405
api-listing-publish                  GET                           405      405      405      405      405      405
api-listing-publish                  POST                          401      404      403      200      200      404
api-listing-publish                  PUT PATCH DELETE              401      405      405      405      405      405
api-listing-uses                     GET                           200      200      200      200      200      200
api-listing-uses                     POST PUT PATCH DELETE         401      405      405      405      405      405
api-listing-withdraw                 GET                           405      405      405      405      405      405
api-listing-withdraw                 POST                          401      404      403      200      200      404
api-listing-withdraw                 PUT PATCH DELETE              401      405      405      405      405      405
api-register-plant-list              GET                           200      200      200      200      200      200
api-register-plant-list              POST PUT PATCH DELETE         401      405      405      405      405      405
api-register-plant-detail            GET                           200      200      200      200      200      200
api-register-plant-detail            POST PUT PATCH DELETE         401      405      405      405      405      405
api-register-plant-claim             GET                           405      405      405      405      405      405
api-register-plant-claim             POST                          401      400      403      201      201      400
api-register-plant-claim             PUT PATCH DELETE              401      405      405      405      405      405
api-plant-claim-list                 GET                           401      200      200      200      200      200
api-plant-claim-list                 POST PUT PATCH DELETE         401      405      405      405      405      405
api-plant-claim-confirm              GET PUT PATCH DELETE          401      405      405      405      405      405
api-plant-claim-confirm              POST                          401      404      404      404      404      200
api-plant-claim-refuse               GET PUT PATCH DELETE          401      405      405      405      405      405
api-plant-claim-refuse               POST                          401      404      404      404      404      200
api-match-list                       GET                           401      200      200      200      200      200
api-match-list                       POST PUT PATCH DELETE         401      405      405      405      405      405
api-match-detail                     GET                           401      404      200      200      200      200
api-match-detail                     POST PUT PATCH DELETE         401      405      405      405      405      405
api-match-approve                    GET PUT PATCH DELETE          401      405      405      405      405      405
api-match-approve                    POST                          401      404      403      403      403      200
api-match-dismiss                    GET PUT PATCH DELETE          401      405      405      405      405      405
api-match-dismiss                    POST                          401      404      403      403      403      200
api-match-what-if                    GET PUT PATCH DELETE          401      405      405      405      405      405
api-match-what-if                    POST                          401      404      200      200      200      200
api-synergy-list                     GET                           401      200      200      200      200      200
api-synergy-list                     POST                          401      400      403      409      409      400
api-synergy-list                     PUT PATCH DELETE              401      405      405      405      405      405
api-synergy-enquire                  GET PUT PATCH DELETE          401      405      405      405      405      405
api-synergy-enquire                  POST                          401      400      403      409      409      400
api-synergy-propose                  GET PUT PATCH DELETE          401      405      405      405      405      405
api-synergy-propose                  POST                          401      403      403      403      403      201
api-synergy-detail                   GET                           401      404      200      200      200      200
api-synergy-detail                   POST PUT PATCH DELETE         401      405      405      405      405      405
api-synergy-attribution              GET PUT PATCH DELETE          401      405      405      405      405      405
api-synergy-attribution              POST                          401      404      403      403      403      200
api-synergy-bids                     GET PUT PATCH DELETE          401      405      405      405      405      405
api-synergy-bids                     POST                          401      404      403      409      409      403
api-synergy-declare                  GET PUT PATCH DELETE          401      405      405      405      405      405
api-synergy-declare                  POST                          401      404      403      201      201      403
api-synergy-events                   GET                           401      404      200      200      200      200
api-synergy-events                   POST PUT PATCH DELETE         401      405      405      405      405      405
api-synergy-files                    GET                           401      404      200      200      200      200
api-synergy-files                    POST                          401      404      403      415      415      415
api-synergy-files                    PUT PATCH DELETE              401      405      405      405      405      405
api-synergy-interest                 GET PUT PATCH DELETE          401      405      405      405      405      405
api-synergy-interest                 POST                          401      404      403      409      409      403
api-synergy-lose                     GET PUT PATCH DELETE          401      405      405      405      405      405
api-synergy-lose                     POST                          401      404      403      200      200      200
api-synergy-messages                 GET                           401      404      200      200      200      200
api-synergy-messages                 POST                          401      404      403      201      201      201
api-synergy-messages                 PUT PATCH DELETE              401      405      405      405      405      405
api-synergy-next-step                GET PUT PATCH DELETE          401      405      405      405      405      405
api-synergy-next-step                POST                          401      404      403      200      200      200
api-synergy-verify                   GET PUT PATCH DELETE          401      405      405      405      405      405
api-synergy-verify                   POST                          401      404      403      403      403      409
api-synergy-file-detail              GET                           401      404      200      200      200      200
api-synergy-file-detail              POST PUT PATCH DELETE         401      405      405      405      405      405
api-bid-list                         GET                           401      200      200      200      200      200
api-bid-list                         POST PUT PATCH DELETE         401      405      405      405      405      405
api-bid-detail                       GET                           401      404      200      200      200      200
api-bid-detail                       POST PUT PATCH DELETE         401      405      405      405      405      405
api-bid-accept                       GET PUT PATCH DELETE          401      405      405      405      405      405
api-bid-accept                       POST                          401      404      403      201      201      403
api-bid-counter                      GET PUT PATCH DELETE          401      405      405      405      405      405
api-bid-counter                      POST                          401      404      403      201      201      403
api-bid-decline                      GET PUT PATCH DELETE          401      405      405      405      405      405
api-bid-decline                      POST                          401      404      403      200      200      403
api-bid-withdraw                     GET PUT PATCH DELETE          401      405      405      405      405      405
api-bid-withdraw                     POST                          401      404      403      403      403      403
api-tender-list                      GET                           401      200      200      200      200      200
api-tender-list                      POST                          401      400      403      201      201      400
api-tender-list                      PUT PATCH DELETE              401      405      405      405      405      405
api-tender-detail                    GET                           401      200      200      200      200      200
api-tender-detail                    POST PUT PATCH DELETE         401      405      405      405      405      405
api-tender-award                     GET PUT PATCH DELETE          401      405      405      405      405      405
api-tender-award                     POST                          401      403      403      409      409      403
api-tender-bids                      GET                           401      200      200      200      200      200
api-tender-bids                      POST                          401      400      403      409      409      400
api-tender-bids                      PUT PATCH DELETE              401      405      405      405      405      405
api-tender-cancel                    GET PUT PATCH DELETE          401      405      405      405      405      405
api-tender-cancel                    POST                          401      403      403      200      200      403
api-agreement-list                   GET                           401      200      200      200      200      200
api-agreement-list                   POST PUT PATCH DELETE         401      405      405      405      405      405
api-agreement-detail                 GET                           401      404      200      200      200      200
api-agreement-detail                 POST PUT PATCH DELETE         401      405      405      405      405      405
api-agreement-ask-cancel             GET PUT PATCH DELETE          401      405      405      405      405      405
api-agreement-ask-cancel             POST                          401      404      403      200      200      403
api-agreement-complete               GET PUT PATCH DELETE          401      405      405      405      405      405
api-agreement-complete               POST                          401      404      403      200      200      403
api-agreement-deliver                GET PUT PATCH DELETE          401      405      405      405      405      405
api-agreement-deliver                POST                          401      404      403      201      201      403
api-agreement-papers                 GET POST PUT DELETE           401      405      405      405      405      405
api-agreement-papers                 PATCH                         401      404      403      200      200      403
api-agreement-plan                   GET PUT PATCH DELETE          401      405      405      405      405      405
api-agreement-plan                   POST                          401      404      403      201      201      403
api-agreement-summary                GET                           401      404      200      200      200      200
api-agreement-summary                POST PUT PATCH DELETE         401      405      405      405      405      405
api-delivery-list                    GET                           401      200      200      200      200      200
api-delivery-list                    POST PUT PATCH DELETE         401      405      405      405      405      405
api-delivery-detail                  GET                           401      404      200      200      200      200
api-delivery-detail                  POST PUT PATCH DELETE         401      405      405      405      405      405
api-delivery-confirm                 GET PUT PATCH DELETE          401      405      405      405      405      405
api-delivery-confirm                 POST                          401      404      403      200      200      403
api-delivery-correct                 GET PUT PATCH DELETE          401      405      405      405      405      405
api-delivery-correct                 POST                          401      404      403      201      201      403
api-delivery-files                   GET PUT PATCH DELETE          401      405      405      405      405      405
api-delivery-files                   POST                          401      404      403      415      415      403
api-delivery-file-detail             GET                           401      404      200      200      200      200
api-delivery-file-detail             POST PUT PATCH DELETE         401      405      405      405      405      405
api-impact-list                      GET                           401      200      200      200      200      200
api-impact-list                      POST PUT PATCH DELETE         401      405      405      405      405      405
api-impact-sums                      GET                           401      200      200      200      200      200
api-impact-sums                      POST PUT PATCH DELETE         401      405      405      405      405      405
api-impact-detail                    GET                           401      404      200      200      200      200
api-impact-detail                    POST PUT PATCH DELETE         401      405      405      405      405      405
api-root                             GET                           200      200      200      200      200      200
api-root                             POST PUT PATCH DELETE         401      405      405      405      405      405
api_schema                           GET                           200      200      200      200      200      200
api_schema                           POST PUT PATCH DELETE         405      405      405      405      405      405
api_docs                             GET                           200      200      200      200      200      200
api_docs                             POST PUT PATCH DELETE         405      405      405      405      405      405
"""

SIGN_IN = """
                                                                nobody stranger   viewer   trader    owner   facil.
account_login                        GET POST PUT                  200      302      302      302      302      302
account_login                        PATCH DELETE                  405      302      302      302      302      302
account_logout                       GET                           302      200      200      200      200      200
account_logout                       POST                          302      302      302      302      302      302
account_logout                       PUT PATCH DELETE              405      405      405      405      405      405
account_inactive                     GET                           200      200      200      200      200      200
account_inactive                     POST PUT PATCH DELETE         405      405      405      405      405      405
account_signup                       GET POST PUT                  200      302      302      302      302      302
account_signup                       PATCH DELETE                  405      302      302      302      302      302
account_reauthenticate               GET POST PUT                login      200      200      200      200      200
account_reauthenticate               PATCH DELETE                login      405      405      405      405      405
account_email                        GET                         login      200      200      200      200      200
account_email                        POST PUT                    login      302      302      302      302      302
account_email                        PATCH DELETE                login      405      405      405      405      405
account_email_verification_sent      GET                           200      200      200      200      200      200
account_email_verification_sent      POST PUT PATCH DELETE         405      405      405      405      405      405
account_change_password              GET POST PUT                login      200      200      200      200      200
account_change_password              PATCH DELETE                login      405      405      405      405      405
account_set_password                 GET POST PUT PATCH DELETE    login      302      302      302      302      302
account_reset_password               GET POST PUT                  200      200      200      200      200      200
account_reset_password               PATCH DELETE                  405      405      405      405      405      405
account_confirm_login_code           GET POST PUT PATCH DELETE    login      302      302      302      302      302
account_reset_password_from_key_done GET                           200      200      200      200      200      200
account_reset_password_from_key_done POST PUT PATCH DELETE         405      405      405      405      405      405
account_reset_password_done          GET                           200      200      200      200      200      200
account_reset_password_done          POST PUT PATCH DELETE         405      405      405      405      405      405
"""

# Routes whose object is open to all, or to whoever holds its secret.
PUBLIC_OBJECTS = {
    "invitation",
    "precedent_edit",
    "precedent_remove",
    "resource",
    "programme",
    "programme_add",
    "programme_answer",
    "programme_benefit",
    "programme_remove",
    "programme_weights",
    "api-precedent-detail",
    "api-resource-detail",
    "api-resource-uses",
    "register_plant",
    "register_claim",
    "api-register-plant-detail",
    "api-register-plant-claim",
}


# --- the routes ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Route:
    """An address of the product, as the resolver knows it."""

    name: str
    pattern: str

    @property
    def has_object(self) -> bool:
        return "<" in self.pattern


def walk(resolver: URLResolver, prefix: str = "") -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from walk(entry, pattern)
        elif isinstance(entry, URLPattern):
            yield Route(entry.name or pattern, pattern)


# What a mailed key opens: allauth's own, its addresses are regular expressions.
WITH_A_KEY = ("account_confirm_email", "account_reset_password_from_key")
ALL = list(walk(get_resolver()))
ADMIN_ROUTES = [route for route in ALL if route.pattern.startswith("admin/")]
SIGN_IN_ROUTES = [
    route for route in ALL if route.pattern.startswith("accounts/") and route.name not in WITH_A_KEY
]
API_ROUTES = [route for route in ALL if route.pattern.startswith("api/")]
PAGE_ROUTES = [
    route for route in ALL if not route.pattern.startswith(("admin/", "accounts/", "api/", "^api/"))
]


# --- the world ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Hidden:
    """An object that some of the actors may not see."""

    kind: str
    pk: int
    why: str
    actors: tuple[str, ...] = ACTORS


@dataclass(frozen=True)
class World:
    """The cast, the object that each kind of address names, what right requests send, and what is hidden."""

    actors: Mapping[str, User | None]
    objects: Mapping[str, Any]
    bodies: Mapping[str, dict[str, Any]]
    hidden: Sequence[Hidden]

    def key(self, route: "Route") -> object:
        """Return the key of the object that the route's address shall name."""
        if not route.has_object:
            return ""
        return self.objects["secret" if "<str:secret>" in route.pattern else kind_of(route)]


def invite(organization: Organization, by: User, email: str, secret: str, *, days: int = 1) -> Invitation:
    # The service mails its secret and returns none, so the digest is made here as it is there.
    return Invitation.objects.create(
        organization=organization,
        email=email,
        role=Role.TRADER,
        invited_by=by,
        digest=sha256(secret.encode()).hexdigest(),
        expires_at=timezone.now() + timedelta(days=days),
    )


def objects_of(owner: User, site: Site, partner: User, partner_site: Site, secret: str) -> dict[str, Any]:
    """Fill an organization; return the keys of its objects."""
    organization = site.organization
    terms = {
        "offer": make_terms(Side.OFFER, site),
        "other offer": make_terms(Side.OFFER, site, quantity=Decimal(9_000)),
        "draft": make_terms(Side.OFFER, site, resource="fgd-gypsum"),
        "paused": make_terms(Side.OFFER, site, resource="fgd-gypsum"),
        "among members": make_terms(Side.OFFER, site, resource="fgd-gypsum", disclosure=Disclosure.PROGRAMME),
    }
    listings = {
        name: create_listing(actor=owner, organization=organization, terms=of, publish=name != "draft")
        for name, of in terms.items()
    }
    pause_listing(actor=owner, listing=listings["paused"])
    request_terms = make_terms(Side.REQUEST, partner_site)
    request = create_listing(actor=partner, organization=partner_site.organization, terms=request_terms)
    for listing in (request, listings["offer"], listings["other offer"]):
        refresh_matches(listing_id=listing.pk)
    empty = SiteDetails("Empty", "Kalundborg", "DK", 55.7, 11.1)
    member = make_user(f"member-of-{organization.slug}@example.org")
    join(member, organization, Role.TRADER)
    token, _secret = create_api_token(actor=owner, name="a system")
    return {
        **{name: listing.pk for name, listing in listings.items()},
        **deals_of(owner, site, partner, partner_site.organization, listings["among members"]),
        "match": Match.objects.get(offer=listings["offer"]).pk,
        "other match": Match.objects.get(offer=listings["other offer"]).pk,
        "site": site.pk,
        "empty site": create_site(actor=owner, organization=organization, details=empty).pk,
        "member": Membership.objects.get(user=member).pk,
        "invitation": invite(organization, owner, f"new-at-{organization.slug}@example.org", secret).pk,
        "secret": secret,
        "organization": organization.pk,
        "token": token.pk,
        **claim_of(owner, organization),
    }


def claim_of(owner: User, organization: Organization) -> dict[str, int]:
    """Let an organization claim a plant of a register, and leave another one for others to claim."""
    claimed, free = (make_plant(register_id=f"{organization.pk}-{number}") for number in range(2))
    claim = claim_plant(actor=owner, organization=organization, plant=claimed)
    return {"claim": claim.pk, "plant": free.pk}


def deals_of(
    owner: User, site: Site, partner: User, other: Organization, among_members: Any
) -> dict[str, int]:
    """Let the partner enquire, bid, agree and deliver; return the keys of what comes of it."""
    organization = site.organization
    wanted, traded, tendered = (
        create_listing(
            actor=owner,
            organization=organization,
            terms=make_terms(Side.OFFER, site, resource="coal-bottom-ash", quantity=Decimal(1_000 + number)),
        )
        for number in range(3)
    )
    bid = bid_in(introduce(wanted, other), other, quantity=Decimal(10))
    agreement = agree(introduce(traded, other), quantity=Decimal(10))
    upload = SimpleUploadedFile("analysis.csv", b"loi;4.1")
    file = add_file(actor=partner, synergy=bid.synergy, organization=other, upload=upload)
    consignment = Consignment("W-1", timezone.now().date(), Decimal(2), "t")
    delivery = record_delivery(
        actor=partner, agreement=agreement, organization=other, consignment=consignment
    )
    ticket = SimpleUploadedFile("ticket.csv", b"t;2")
    evidence = add_delivery_file(actor=partner, delivery=delivery, organization=other, upload=ticket)
    deadline = timezone.now() + timedelta(days=3)
    entry = ImpactEntry.objects.filter(agreement=agreement).earliest("pk")
    return {
        "impact": entry.pk,
        "synergy": bid.synergy_id,
        "synergy file": file.pk,
        "bid": bid.pk,
        "agreement": agreement.pk,
        "delivery": delivery.pk,
        "delivery file": evidence.pk,
        "tender": open_tender(actor=owner, listing=tendered, deadline=deadline).pk,
        "tender among members": open_tender(actor=owner, listing=among_members, deadline=deadline).pk,
    }


@pytest.fixture
def rivals(db: None, settings: Any, tmp_path: Path) -> dict[str, Any]:
    """Two companies that none of the actors has to do with."""
    settings.MEDIA_ROOT = tmp_path
    users = [make_user("rival@example.org"), make_user("customer@example.org")]
    sites = []
    for user in users:
        organization = create_organization(actor=user, details=OrganizationDetails(name=f"Of {user.email}"))
        details = SiteDetails("Works", "Linz", "AT", 48.3, 14.3)
        sites.append(create_site(actor=user, organization=organization, details=details))
    return objects_of(users[0], sites[0], users[1], sites[1], "secret-of-the-rivals")


@pytest.fixture
def world(
    seller: User,
    buyer: User,
    stranger: User,
    viewer: User,
    trader: User,
    facilitator: User,
    asnaes_site: Site,
    cement_site: Site,
    elsewhere_site: Site,
    programme: Programme,
    rivals: dict[str, Any],
    settings: Any,
    tmp_path: Path,
) -> World:
    # Neither the rate limits of other tests nor a worker's heartbeat shall count here.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.MEDIA_ROOT = tmp_path
    own = objects_of(seller, asnaes_site, buyer, cement_site, SECRET)
    dismiss_match(actor=facilitator, match=Match.objects.get(pk=own["other match"]), reason="known")
    outside = ("anonymous", "stranger")
    parties = (*outside, "viewer", "trader", "owner")
    foreign = (*outside, "facilitator")
    return World(
        actors=dict(zip(ACTORS, (None, stranger, viewer, trader, seller, facilitator), strict=True)),
        objects=own
        | {"programme": programme.slug, "resource": "coal-fly-ash"}
        | {"precedent": an_added_precedent(facilitator, programme)},
        bodies=bodies_for(asnaes_site, own),
        hidden=[
            *(
                Hidden("listing", rivals[name], f"a rival's listing: {name}")
                for name in ("draft", "paused", "among members")
            ),
            Hidden("listing", own["draft"], "a draft of Asnæs", foreign),
            Hidden("listing", own["paused"], "a paused listing of Asnæs", foreign),
            Hidden("listing", own["among members"], "for members of the programme", outside),
            Hidden("match", rivals["match"], "a match of two rivals"),
            Hidden("match", own["match"], "a match of Asnæs", outside),
            Hidden("match", own["other match"], "dismissed, for the facilitator only", parties),
            *(Hidden(kind, rivals[kind], f"a rival's {kind}") for kind in KINDS_OF_AN_ORGANIZATION),
            *(Hidden(kind, own[kind], f"the {kind} of Asnæs", foreign) for kind in KINDS_OF_AN_ORGANIZATION),
            Hidden("tender", rivals["tender among members"], "a rival's tender among members"),
            Hidden("tender", own["tender among members"], "a tender among members", outside),
            *(Hidden(kind, rivals[kind], f"a {kind} of two rivals") for kind in KINDS_OF_A_DEAL),
            *(Hidden(kind, own[kind], f"a {kind} of Asnæs", outside) for kind in KINDS_OF_A_DEAL),
            Hidden("claim", rivals["claim"], "a rival's claim"),
            Hidden("claim", own["claim"], "the claim of Asnæs", (*outside, "viewer", "trader", "owner")),
            Hidden("token", rivals["token"], "a rival's token"),
            Hidden("token", own["token"], "the owner's token", (*foreign, "viewer", "trader")),
        ],
    )


def an_added_precedent(facilitator: User, programme: Programme) -> int:
    ash = Resource.objects.get(slug="coal-fly-ash")
    details = PrecedentDetails("Aalborg", "DK", "Power station", "Cement works", ash, "A report")
    return add_precedent(actor=facilitator, programme=programme, details=details).pk


def bodies_for(site: Site, own: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what a right request sends, by route; routes that are not here need nothing."""
    where = {"name": "New", "town": "Kalundborg", "country": "DK", "latitude": 55.68, "longitude": 11.09}
    listing = {
        "side": "offer",
        "resource": "coal-fly-ash",
        "quantity": "100",
        "unit": "t",
        "period": "year",
        "site": site.pk,
        "available_from": "2026-01-01",
    }
    exchange = {
        "place": "Aalborg",
        "country": "DK",
        "giver": "Power station",
        "receiver": "Cement works",
        "resource": "coal-fly-ash",
        "source": "A report",
    }
    precedent_form = {
        **exchange,
        "per": "year",
        "programme": Programme.objects.get(slug="zealand-network").pk,
    }
    form = {**listing, "price_way": "open", "disclosure": "open"}
    details = {"name": "Asnæs", "currency": "EUR"}
    bid = {
        "quantity": "10",
        "unit": "t",
        "period": "year",
        "price_way": "free",
        "starts_on": timezone.now().date().isoformat(),
        "carrier": "supplier",
        "transport_paid_by": "supplier",
    }
    return {
        "listing_new": form,
        "listing_edit": form,
        "match_dismiss": {"reason": "known"},
        "organization_new": {**details, "name": "Another"},
        "organization_edit": details,
        "organization_choose": {"organization": own["organization"]},
        "site_new": where,
        "site_edit": where,
        "member_invite": {"email": "guest@example.org", "role": "viewer"},
        "member_role": {"role": "viewer"},
        "programme_add": {"organization": "Elsewhere"},
        "programme_answer": {"answer": "leave"},
        "programme_remove": {"organization": own["organization"]},
        "programme_weights": {"common": "1"},
        "precedent_new": precedent_form,
        "precedent_edit": precedent_form,
        "tokens": {"name": "a system"},
        "usual_keep": {"site": site.pk, "activity": "coal-power-station", "one": "offer:coal-fly-ash"},
        "usual_nace": {"activity": "coal-power-station"},
        "plant_claim_refuse": {"reason": "It is another's."},
        "api-register-plant-claim": {"organization": own["organization"]},
        "api-plant-claim-refuse": {"reason": "It is another's."},
        "listing_enquire": {"text": "Could we have it?"},
        "listing_tender": {"deadline": "2100-01-01T10:00"},
        "synergy_message": {"text": "Hello"},
        "synergy_step": {"text": "Send a sample", "by": "supplier"},
        "synergy_lose": {"reason": "quality"},
        "synergy_attribution": {"share_percent": "50", "reason": "a grant"},
        "synergy_verify": {"year": str(timezone.now().year)},
        "synergy_declare": {"metric": "jobs", "year": "2026", "amount": "2", "baseline": "no silo"},
        "bid_counter": bid,
        "tender_bid": bid,
        "delivery_new": {
            "kind": "actual",
            "reference": "W-2",
            "happened_on": timezone.now().date().isoformat(),
            "quantity": "1",
            "unit": "t",
        },
        "delivery_correct": {"quantity": "1", "unit": "t", "note": "weighed twice"},
        "api-organization-detail": details,
        "api-site-list": {**where, "organization": own["organization"]},
        "api-site-detail": where,
        "api-listing-list": listing,
        "api-listing-detail": listing,
        "api-precedent-list": {**exchange, "programme": "zealand-network"},
        "api-precedent-detail": {"since": 1980},
        "api-match-dismiss": {"reason": "known"},
        "api-match-what-if": {"disposal_price": "60"},
        **deal_bodies_for(site, own),
    }


def deal_bodies_for(site: Site, own: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what a right request to the API of deals sends, by route."""
    organization, today = own["organization"], timezone.now().date().isoformat()
    bid = {"quantity": "10", "unit": "t", "period": "year", "price": "5", "starts_on": today}
    consignment = {"reference": "W-9", "happened_on": today, "quantity": "1", "unit": "t"}
    return {
        "api-synergy-list": {"match": own["match"], "organization": organization},
        "api-synergy-enquire": {"listing": own["offer"], "organization": organization, "text": "May we?"},
        "api-synergy-propose": {
            "supplier_site": site.pk,
            "receiver_site": Site.objects.get(name="Kiln").pk,
            "resource": "coal-fly-ash",
        },
        "api-synergy-messages": {"text": "Hello"},
        "api-synergy-next-step": {"text": "Send a sample"},
        "api-synergy-lose": {"reason": "quality"},
        "api-synergy-attribution": {"share": "0.5", "reason": "a grant"},
        "api-synergy-declare": {"metric": "jobs", "year": 2026, "amount": "2", "baseline": "no silo"},
        "api-synergy-verify": {"year": timezone.now().year},
        "api-synergy-bids": bid,
        "api-bid-counter": bid,
        "api-tender-list": {"listing": own["offer"], "deadline": "2100-01-01T10:00:00Z"},
        "api-tender-bids": {**bid, "organization": organization},
        "api-tender-award": {"awards": [{"bid": own["bid"], "amount": "1"}]},
        "api-agreement-papers": {"container": "silo"},
        "api-agreement-plan": consignment,
        "api-agreement-deliver": consignment,
        "api-delivery-correct": {"quantity": "1", "unit": "t", "note": "weighed twice"},
    }


# What the key in an address names, by a word in the name of its route; the first that fits.
KINDS = {
    "claim_": "claim",
    "plant-claim-": "claim",
    "register": "plant",
    "delivery_new": "agreement",
    "delivery_file": "delivery file",
    "delivery-files": "delivery",
    "delivery-file": "delivery file",
    "delivery": "delivery",
    "listing_publish": "draft",
    "listing-publish": "draft",
    "site_delete": "empty site",
    "site-detail": "empty site",
    "listing": "offer",
    "synergy_file_add": "synergy",
    "synergy_file": "synergy file",
    "synergy-files": "synergy",
    "synergy-file": "synergy file",
    "synergy": "synergy",
    "tender": "tender",
    "bid": "bid",
    "agreement": "agreement",
    "impact": "impact",
    "match": "match",
    "site": "site",
    "member": "member",
    "invitation": "invitation",
    "organization": "organization",
    "token": "token",
    "programme": "programme",
    "precedent": "precedent",
    "resource": "resource",
}
KINDS_OF_A_DEAL = ("synergy", "synergy file", "bid", "agreement", "delivery", "delivery file", "impact")
KINDS_OF_AN_ORGANIZATION = ("site", "member", "invitation", "organization")


def kind_of(route: Route) -> str:
    return next(kind for word, kind in KINDS.items() if word in route.name)


def address(route: Route, key: object) -> str:
    """Return where the route leads for an object of this key."""
    return f"/{CONVERTER.sub(str(key), route.pattern)}"


# --- asking -------------------------------------------------------------------------------------------------
class Asker:
    """Sends requests as one of the actors; every effect is taken back."""

    def __init__(self, user: User | None) -> None:
        self.client = Client()
        if user is not None:
            self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        self.cookies = self.client.cookies.output(header="", sep=";")

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Return the answer; the database, the cookies and the counters of rate limits are as before."""
        cache.clear()
        self.client.cookies = SimpleCookie(self.cookies)
        with transaction.atomic():
            answer = self._send(method, path, body or {})
            transaction.set_rollback(True)
        return answer

    def _send(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        if method in ("GET", "HEAD"):
            return self.client.generic(method, path)
        if path.startswith("/api/"):
            return self.client.generic(method, path, json.dumps(body), content_type="application/json")
        return self.client.generic(method, path, urlencode(body), content_type=FORM)


def outcome(response: HttpResponse) -> str:
    """Return a cell of the tables."""
    to_sign_in = response.get("Location", "").startswith(("/accounts/login/", "/admin/login/"))
    return "login" if response.status_code == 302 and to_sign_in else str(response.status_code)


def line(name: str, methods: str, cells: Sequence[str]) -> str:
    return f"{name:<37}{methods:<24}{''.join(f'{cell:>9}' for cell in cells)}"


def table_of(routes: Iterable[Route], world: World) -> str:
    """Return a line per route and group of methods that are answered alike."""
    askers = [Asker(world.actors[name]) for name in ACTORS]
    lines = [line("", "", COLUMNS)]
    for route in routes:
        path, body = address(route, world.key(route)), world.bodies.get(route.name)
        methods_of: dict[tuple[str, ...], list[str]] = {}
        for method in METHODS:
            answers = tuple(outcome(asker.ask(method, path, body)) for asker in askers)
            methods_of.setdefault(answers, []).append(method)
        for answers, methods in methods_of.items():
            lines.append(line(route.name, " ".join(methods), answers))
    return "\n".join(lines)


# --- the tests ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("routes", "table"),
    [(PAGE_ROUTES, PAGES), (API_ROUTES, API), (SIGN_IN_ROUTES, SIGN_IN)],
    ids=["pages", "api", "sign-in"],
)
def test_every_route_answers_each_actor_as_the_table_says(
    routes: list[Route], table: str, world: World
) -> None:
    assert table_of(routes, world) == table.strip("\n")


def test_no_actor_of_the_exchange_enters_the_administration(world: World) -> None:
    askers = {name: Asker(user) for name, user in world.actors.items()}
    for route in ADMIN_ROUTES:
        if route.name in ("login", "logout"):
            continue
        path = "/" + re.sub(r"<path:\w+>", "1", route.pattern.partition("^")[0].partition("(")[0])
        for name, asker in askers.items():
            for method in ("GET", "POST"):
                assert outcome(asker.ask(method, path)) in ("login", "403"), (path, name, method)


def test_head_answers_as_get_without_a_body(world: World) -> None:
    asker = Asker(world.actors["owner"])
    for route in [*PAGE_ROUTES, *API_ROUTES]:
        path = address(route, world.key(route))
        head, get = asker.ask("HEAD", path), asker.ask("GET", path)
        assert (head.status_code, b"".join(head)) == (get.status_code, b""), route.name


HIDING_ROUTES = [
    route for route in [*PAGE_ROUTES, *API_ROUTES] if route.has_object and route.name not in PUBLIC_OBJECTS
]


ALIKE = {"draft": "listing", "offer": "listing", "empty site": "site"}


def told(asker: Asker, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
    """Return everything of an answer that could tell two objects apart.

    But for the address that was asked, which may be quoted, and for what every answer makes anew: the session in which
    a form is kept, and when it ends.
    """
    answer = asker.ask(method, path, body)

    def plain(text: str) -> str:
        return text.replace(path, "the address").replace(quote(path, safe=""), "the address")

    headers = {name: plain(value) for name, value in answer.items()}
    cookies = {
        name: (bool(cookie.value), plain(cookie["path"]), cookie["max-age"])
        for name, cookie in answer.cookies.items()
    }
    return answer.status_code, headers, cookies, answer.content


def test_every_kind_of_hidden_object_has_its_routes(world: World) -> None:
    kinds = {ALIKE.get(kind_of(route), kind_of(route)) for route in HIDING_ROUTES}
    assert kinds == {hidden.kind for hidden in world.hidden}
    assert len(HIDING_ROUTES) > 20


@pytest.mark.parametrize("actor", ACTORS)
def test_what_one_may_not_see_answers_as_what_is_missing(actor: str, world: World) -> None:
    asker = Asker(world.actors[actor])
    hidden_keys = [hidden for hidden in world.hidden if actor in hidden.actors]
    for route in HIDING_ROUTES:
        body = world.bodies.get(route.name)
        for method in METHODS:
            missing = told(asker, method, address(route, MISSING), body)
            assert missing[0] in (302, 401, 404, 405)
            for hidden in hidden_keys:
                if hidden.kind == ALIKE.get(kind_of(route), kind_of(route)):
                    foreign = told(asker, method, address(route, hidden.pk), body)
                    assert foreign == missing, f"{method} {route.name}: {hidden.why}"


def test_control_what_one_may_see_does_not_answer_as_what_is_missing(world: World) -> None:
    asker = Asker(world.actors["owner"])
    for route in HIDING_ROUTES:
        if route.name in ("listing", "match", "site_edit", "api-listing-detail", "api-organization-detail"):
            own = told(asker, "GET", address(route, world.objects[kind_of(route)]))
            assert (own[0], told(asker, "GET", address(route, MISSING))[0]) == (200, 404)


@pytest.mark.parametrize("actor", ACTORS)
def test_invitation_that_is_over_answers_as_one_that_never_was(
    actor: str, world: World, seller: User
) -> None:
    asnaes = Organization.objects.get(pk=world.objects["organization"])
    invite(asnaes, seller, "late@example.org", "secret-that-is-over", days=-1)
    asker = Asker(world.actors[actor])
    for method in METHODS:
        over = told(asker, method, "/invitations/secret-that-is-over/")
        assert over == told(asker, method, "/invitations/no-secret-at-all/")
        assert over[0] in (404, 405)


def test_foreign_key_in_a_form_answers_as_a_missing_one(world: World, rivals: dict[str, Any]) -> None:
    asker = Asker(world.actors["owner"])
    form = world.bodies["listing_new"]
    for path, name, foreign in (
        ("/organization/choose/", "organization", rivals["organization"]),
        ("/listings/new/", "site", rivals["site"]),
    ):
        answers = [asker.ask("POST", path, {**form, name: key}) for key in (foreign, MISSING)]
        bodies = [CSRF.sub("", answer.content.decode()) for answer in answers]
        bodies = [body.replace(str(key), "") for body, key in zip(bodies, (foreign, MISSING), strict=True)]
        assert answers[0].status_code == answers[1].status_code != 302
        assert bodies[0] == bodies[1]
