"""The expectations of `tests/matrix/tables.py` for what people keep: saved searches, favourites, a comparison."""

PAGES_OF_SAVED = """\
saved_searches                       GET                         login      200      200      200      200      200
saved_searches                       POST PUT PATCH DELETE         405      405      405      405      405      405
saved_search_new                     GET                         login      200      200      200      200      200
saved_search_new                     POST                        login      302      302      302      302      302
saved_search_new                     PUT PATCH DELETE              405      405      405      405      405      405
saved_search                         GET                         login      404      404      404      302      404
saved_search                         POST PUT PATCH DELETE         405      405      405      405      405      405
saved_search_change                  GET                         login      404      404      404      200      404
saved_search_change                  POST                        login      404      404      404      302      404
saved_search_change                  PUT PATCH DELETE              405      405      405      405      405      405
saved_search_delete                  GET PUT PATCH DELETE          405      405      405      405      405      405
saved_search_delete                  POST                        login      404      404      404      302      404
favourites                           GET                         login      200      200      200      200      200
favourites                           POST PUT PATCH DELETE         405      405      405      405      405      405
comparison                           GET                           200      200      200      200      200      200
comparison                           POST PUT PATCH DELETE         405      405      405      405      405      405
listing_star                         GET PUT PATCH DELETE          405      405      405      405      405      405
listing_star                         POST                        login      302      302      302      302      302
listing_star_wish                    GET PUT PATCH DELETE          405      405      405      405      405      405
listing_star_wish                    POST                          403      302      302      302      302      302
listing_unstar                       GET PUT PATCH DELETE          405      405      405      405      405      405
listing_unstar                       POST                        login      404      404      404      302      404
"""

API_OF_SAVED = """\
api-saved-search-list                GET                           401      200      200      200      200      200
api-saved-search-list                POST                          401      201      201      201      201      201
api-saved-search-list                PUT PATCH DELETE              401      405      405      405      405      405
api-saved-search-detail              GET PATCH                     401      404      404      404      200      404
api-saved-search-detail              POST PUT                      401      405      405      405      405      405
api-saved-search-detail              DELETE                        401      404      404      404      204      404
api-favourite-list                   GET                           401      200      200      200      200      200
api-favourite-list                   POST                          401      201      201      201      201      201
api-favourite-list                   PUT PATCH DELETE              401      405      405      405      405      405
api-favourite-detail                 GET POST PUT PATCH            401      405      405      405      405      405
api-favourite-detail                 DELETE                        401      404      404      404      204      404
"""
