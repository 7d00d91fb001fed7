"""The expectations of `tests/matrix/tables.py` for what belongs to no app: health, icon, search engines."""

PAGES_OF_EXCHANGE = """\
kept_form                            GET                           302      302      302      302      302      302
kept_form                            POST PUT PATCH DELETE         405      405      405      405      405      405
own_data                             GET POST                    login      200      200      200      200      200
own_data                             PUT PATCH DELETE              405      405      405      405      405      405
own_data_file                        GET                         login      200      200      200      200      200
own_data_file                        POST PUT PATCH DELETE         405      405      405      405      405      405
healthz                              GET                           503      503      503      503      503      503
healthz                              POST PUT PATCH DELETE         405      405      405      405      405      405
livez                                GET                           200      200      200      200      200      200
livez                                POST PUT PATCH DELETE         405      405      405      405      405      405
readyz                               GET                           200      200      200      200      200      200
readyz                               POST PUT PATCH DELETE         405      405      405      405      405      405
metrics                              GET                           200      200      200      200      200      200
metrics                              POST PUT PATCH DELETE         405      405      405      405      405      405
favicon                              GET                           302      302      302      302      302      302
favicon                              POST PUT PATCH DELETE         405      405      405      405      405      405
robots                               GET                           200      200      200      200      200      200
robots                               POST PUT PATCH DELETE         405      405      405      405      405      405
sitemap                              GET                           200      200      200      200      200      200
sitemap                              POST PUT PATCH DELETE         405      405      405      405      405      405
sitemap_part                         GET                           200      200      200      200      200      200
sitemap_part                         POST PUT PATCH DELETE         405      405      405      405      405      405
"""
