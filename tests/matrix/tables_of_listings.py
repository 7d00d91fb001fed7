"""The expectations of `tests/matrix/tables.py` for what one does with a listing, its pictures and data sheets."""

PAGES_OF_LISTING = """\
listing_publish                      GET PUT PATCH DELETE          405      405      405      405      405      405
listing_publish                      POST                        login      404      403      302      302      404
listing_renew                        GET PUT PATCH DELETE          405      405      405      405      405      405
listing_renew                        POST                        login      404      403      302      302      404
listing_pause                        GET PUT PATCH DELETE          405      405      405      405      405      405
listing_pause                        POST                        login      404      403      302      302      404
listing_withdraw                     GET PUT PATCH DELETE          405      405      405      405      405      405
listing_withdraw                     POST                        login      404      403      302      302      404
listing_files                        GET POST                    login      404      403      200      200      404
listing_files                        PUT PATCH DELETE              405      405      405      405      405      405
listing_file                         GET                           404      404      200      200      200      200
listing_file                         POST PUT PATCH DELETE         405      405      405      405      405      405
listing_file_small                   GET                           404      404      200      200      200      200
listing_file_small                   POST PUT PATCH DELETE         405      405      405      405      405      405
listing_file_change                  GET PUT PATCH DELETE          405      405      405      405      405      405
listing_file_change                  POST                        login      404      403      302      302      404
listing_file_remove                  GET PUT PATCH DELETE          405      405      405      405      405      405
listing_file_remove                  POST                        login      404      403      302      302      404
"""

API_OF_LISTINGS = """\
api-listing-with-files               GET                           200      200      200      200      200      200
api-listing-with-files               POST                          401      404      403      415      415      404
api-listing-with-files               PUT PATCH DELETE              401      405      405      405      405      405
api-listings-bulk                    GET PUT PATCH DELETE          401      405      405      405      405      405
api-listings-bulk                    POST                          401      400      403      207      207      400
api-listing-list                     GET                           200      200      200      200      200      200
api-listing-list                     POST                          401      400      403      201      201      400
api-listing-list                     PUT PATCH DELETE              401      405      405      405      405      405
api-listing-facets                   GET                           200      200      200      200      200      200
api-listing-facets                   POST PUT PATCH DELETE         401      405      405      405      405      405
api-listing-detail                   GET                           200      200      200      200      200      200
api-listing-detail                   POST DELETE                   401      405      405      405      405      405
api-listing-detail                   PUT PATCH                     401      404      403      200      200      404
api-listing-pause                    GET                           405      405      405      405      405      405
api-listing-pause                    POST                          401      404      403      200      200      404
api-listing-pause                    PUT PATCH DELETE              401      405      405      405      405      405
api-listing-publish                  GET                           405      405      405      405      405      405
api-listing-publish                  POST                          401      404      403      200      200      404
api-listing-publish                  PUT PATCH DELETE              401      405      405      405      405      405
api-listing-renew                    GET                           405      405      405      405      405      405
api-listing-renew                    POST                          401      404      403      409      409      404
api-listing-renew                    PUT PATCH DELETE              401      405      405      405      405      405
api-listing-uses                     GET                           200      200      200      200      200      200
api-listing-uses                     POST PUT PATCH DELETE         401      405      405      405      405      405
api-listing-withdraw                 GET                           405      405      405      405      405      405
api-listing-withdraw                 POST                          401      404      403      200      200      404
api-listing-withdraw                 PUT PATCH DELETE              401      405      405      405      405      405
api-listing-file-detail              GET                           404      404      200      200      200      200
api-listing-file-detail              POST PUT                      401      405      405      405      405      405
api-listing-file-detail              PATCH                         401      404      403      200      200      404
api-listing-file-detail              DELETE                        401      404      403      204      204      404
"""
