"""The expectations: every route × method × actor, in the resolver's order.

A route that is missing here, or answers otherwise, fails the test, whose diff is that of the tables. Columns: nobody,
the owner of an unrelated organization, viewer, trader and owner of the organization whose objects the addresses name,
and the facilitator of its programme. `login` is a redirect to the sign-in page, `302` one to anywhere else.
"""

from tests.matrix.tables_of_exchange import PAGES_OF_EXCHANGE
from tests.matrix.tables_of_listings import API_OF_LISTINGS, PAGES_OF_LISTING
from tests.matrix.tables_of_notifications import API_OF_NOTIFICATIONS, PAGES_OF_NOTIFICATIONS
from tests.matrix.tables_of_planning import API_OF_PLANNING, PAGES_OF_PLANNING
from tests.matrix.tables_of_saved import API_OF_SAVED, PAGES_OF_SAVED

PAGES = """
                                                                nobody stranger   viewer   trader    owner   facil.
home                                 GET                           200      200      200      200      200      200
home                                 POST PUT PATCH DELETE         405      405      405      405      405      405
"""
PAGES += PAGES_OF_NOTIFICATIONS
PAGES += """\
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
typical                              GET                         login      200      200      200      200      302
typical                              POST PUT PATCH DELETE         405      405      405      405      405      405
typical_keep                         GET PUT PATCH DELETE          405      405      405      405      405      405
typical_keep                         POST                        login      404      403      302      302      404
typical_nace                         GET PUT PATCH DELETE          405      405      405      405      405      405
typical_nace                         POST                        login      302      403      403      302      404
browse                               GET                           200      200      200      200      200      200
browse                               POST PUT PATCH DELETE         405      405      405      405      405      405
browse_feed                          GET                           200      200      200      200      200      200
browse_feed                          POST PUT PATCH DELETE         405      405      405      405      405      405
market_export_csv                    GET                           200      200      200      200      200      200
market_export_csv                    POST PUT PATCH DELETE         405      405      405      405      405      405
market_export_xlsx                   GET                           200      200      200      200      200      200
market_export_xlsx                   POST PUT PATCH DELETE         405      405      405      405      405      405
listing_import_new                   GET POST                    login      200      403      200      200      302
listing_import_new                   PUT PATCH DELETE              405      405      405      405      405      405
listing_import_template_csv          GET                         login      200      200      200      200      200
listing_import_template_csv          POST PUT PATCH DELETE         405      405      405      405      405      405
listing_import_template_xlsx         GET                         login      200      200      200      200      200
listing_import_template_xlsx         POST PUT PATCH DELETE         405      405      405      405      405      405
listing_import                       GET                         login      404      403      200      200      404
listing_import                       POST                        login      404      403      302      302      404
listing_import                       PUT PATCH DELETE              405      405      405      405      405      405
listing_import_progress              GET                         login      404      403      204      204      404
listing_import_progress              POST PUT PATCH DELETE         405      405      405      405      405      405
listing_import_take                  GET PUT PATCH DELETE          405      405      405      405      405      405
listing_import_take                  POST                        login      404      403      302      302      404
listing_import_refused               GET                         login      404      403      200      200      404
listing_import_refused               POST PUT PATCH DELETE         405      405      405      405      405      405
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
"""
PAGES += PAGES_OF_LISTING
PAGES += """\
my_listings                          GET                         login      200      200      200      200      302
my_listings                          POST PUT PATCH DELETE         405      405      405      405      405      405
my_listings_export_csv               GET                         login      200      200      200      200      404
my_listings_export_csv               POST PUT PATCH DELETE         405      405      405      405      405      405
my_listings_export_xlsx              GET                         login      200      200      200      200      404
my_listings_export_xlsx              POST PUT PATCH DELETE         405      405      405      405      405      405
"""
PAGES += PAGES_OF_SAVED
PAGES += """\
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
match_review_detail                  GET                         login      404      403      403      403      200
match_review_detail                  POST PUT PATCH DELETE         405      405      405      405      405      405
match_note_interest                  GET PUT PATCH DELETE          405      405      405      405      405      405
match_note_interest                  POST                        login      404      403      302      302      403
match_take_back_interest             GET PUT PATCH DELETE          405      405      405      405      405      405
match_take_back_interest             POST                        login      404      403      302      302      403
listing_preview                      GET                         login      200      200      200      200      200
listing_preview                      POST PUT PATCH DELETE         405      405      405      405      405      405
listing_matches                      GET                         login      404      200      200      200      200
listing_matches                      POST PUT PATCH DELETE         405      405      405      405      405      405
review                               GET                         login      403      403      403      403      200
review                               POST PUT PATCH DELETE         405      405      405      405      405      405
review_several                       GET PUT PATCH DELETE          405      405      405      405      405      405
review_several                       POST                        login      403      403      403      403      302
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
synergy_verify                       GET                         login      404      403      403      403      409
synergy_verify                       POST                        login      404      403      403      403      400
synergy_verify                       PUT PATCH DELETE              405      405      405      405      405      405
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
bid_accept                           GET                         login      404      403      200      200      403
bid_accept                           POST                        login      404      403      302      302      403
bid_accept                           PUT PATCH DELETE              405      405      405      405      405      405
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
agreement_annex_vii                  GET                         login      404      404      404      404      404
agreement_annex_vii                  POST PUT PATCH DELETE         405      405      405      405      405      405
agreement_transfer_note              GET                         login      404      404      404      404      404
agreement_transfer_note              POST PUT PATCH DELETE         405      405      405      405      405      405
agreement_papers                     GET                         login      404      403      200      200      403
agreement_papers                     POST                        login      404      403      302      302      403
agreement_papers                     PUT PATCH DELETE              405      405      405      405      405      405
agreement_cancel                     GET                         login      404      403      200      200      403
agreement_cancel                     POST                        login      404      403      302      302      403
agreement_cancel                     PUT PATCH DELETE              405      405      405      405      405      405
agreement_complete                   GET                         login      404      403      200      200      403
agreement_complete                   POST                        login      404      403      302      302      403
agreement_complete                   PUT PATCH DELETE              405      405      405      405      405      405
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
"""
PAGES += PAGES_OF_PLANNING
PAGES += """\
glossary                             GET                           200      200      200      200      200      200
glossary                             POST PUT PATCH DELETE         405      405      405      405      405      405
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
organization_invite                  GET POST                    login      404      404      404      404      403
organization_invite                  PUT PATCH DELETE              405      405      405      405      405      405
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
language                             GET                         login      200      200      200      200      200
language                             POST                        login      302      302      302      302      302
language                             PUT PATCH DELETE              405      405      405      405      405      405
language_switch                      GET PUT PATCH DELETE          405      405      405      405      405      405
language_switch                      POST                          302      302      302      302      302      302
letters                              GET                           200      200      200      200      200      200
letters                              POST PUT PATCH DELETE         405      405      405      405      405      405
letter_again                         GET PUT PATCH DELETE          405      405      405      405      405      405
letter_again                         POST                        login    login    login    login    login    login
programmes                           GET                           200      200      200      200      200      200
programmes                           POST PUT PATCH DELETE         405      405      405      405      405      405
programme                            GET                           200      200      200      200      200      200
programme                            POST PUT PATCH DELETE         405      405      405      405      405      405
programme_add                        GET PUT PATCH DELETE          405      405      405      405      405      405
programme_add                        POST                        login      403      403      403      403      302
organization_suggest                 GET                         login      403      403      403      403      200
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
token_rotate                         GET PUT PATCH DELETE          405      405      405      405      405      405
token_rotate                         POST                        login      404      404      404      200      404
token_revoke                         GET PUT PATCH DELETE          405      405      405      405      405      405
token_revoke                         POST                        login      404      404      404      302      404
town_suggest                         GET                           200      200      200      200      200      200
town_suggest                         POST PUT PATCH DELETE         405      405      405      405      405      405
"""
PAGES += PAGES_OF_EXCHANGE

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
"""
API += API_OF_LISTINGS
API += """\
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
api-match-interest                   GET PUT PATCH DELETE          401      405      405      405      405      405
api-match-interest                   POST                          401      404      403      200      200      403
api-match-take-back                  GET PUT PATCH DELETE          401      405      405      405      405      405
api-match-take-back                  POST                          401      404      403      403      403      409
api-match-take-back-interest         GET PUT PATCH DELETE          401      405      405      405      405      405
api-match-take-back-interest         POST                          401      404      403      409      409      403
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
"""
API += API_OF_PLANNING + API_OF_NOTIFICATIONS + API_OF_SAVED
API += """\
api-root                             GET                           200      200      200      200      200      200
api-root                             POST PUT PATCH DELETE         401      405      405      405      405      405
api_schema                           GET                           200      200      200      200      200      200
api_schema                           POST PUT PATCH DELETE         405      405      405      405      405      405
api_docs                             GET                           200      200      200      200      200      200
api_docs                             POST PUT PATCH DELETE         405      405      405      405      405      405
"""

# Routes whose object is open to all, or to whoever holds its secret.
PUBLIC_OBJECTS = {
    "programme_plans",
    "plan_case",
    "programme_plan_new",
    "letters_stop",
    "api-notification-preference-detail",
    "organization_suggest",
    "invitation",
    "precedent_edit",
    "precedent_remove",
    "resource",
    "sitemap_part",
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
