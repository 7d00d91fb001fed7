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

API_OF_FILES_OF_LISTING = """\
api-listing-with-files               GET                           200      200      200      200      200      200
api-listing-with-files               POST                          401      404      403      415      415      404
api-listing-with-files               PUT PATCH DELETE              401      405      405      405      405      405
"""

API_OF_LISTING_FILES = """\
api-listing-file-detail              GET                           404      404      200      200      200      200
api-listing-file-detail              POST PUT                      401      405      405      405      405      405
api-listing-file-detail              PATCH                         401      404      403      200      200      404
api-listing-file-detail              DELETE                        401      404      403      204      204      404
"""
