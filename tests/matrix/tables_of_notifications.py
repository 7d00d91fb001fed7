"""The expectations of `tests/matrix/tables.py` for the inbox, how one wants to be told, and letters."""

PAGES_OF_NOTIFICATIONS = """\
inbox                                GET                         login      200      200      200      200      200
inbox                                POST PUT PATCH DELETE         405      405      405      405      405      405
notifications_read                   GET PUT PATCH DELETE          405      405      405      405      405      405
notifications_read                   POST                        login      302      302      302      302      302
notification                         GET                         login      404      404      404      200      404
notification                         POST PUT PATCH DELETE         405      405      405      405      405      405
notification_open                    GET PUT PATCH DELETE          405      405      405      405      405      405
notification_open                    POST                        login      404      404      404      302      404
notification_read                    GET PUT PATCH DELETE          405      405      405      405      405      405
notification_read                    POST                        login      404      404      404      302      404
preferences                          GET                         login      200      200      200      200      200
preferences                          POST                        login      302      302      302      302      302
preferences                          PUT PATCH DELETE              405      405      405      405      405      405
address_again                        GET PUT PATCH DELETE          405      405      405      405      405      405
address_again                        POST                        login      302      302      302      302      302
letters_stop                         GET POST                      200      200      200      200      200      200
letters_stop                         PUT PATCH DELETE              405      405      405      405      405      405
letter                               GET                         login      404      404      404      200      404
letter                               POST PUT PATCH DELETE         405      405      405      405      405      405
"""

API_OF_NOTIFICATIONS = """\
api-notification-list                GET                           401      200      200      200      200      200
api-notification-list                POST PUT PATCH DELETE         401      405      405      405      405      405
api-notification-read-all            GET PUT PATCH DELETE          401      405      405      405      405      405
api-notification-read-all            POST                          401      200      200      200      200      200
api-notification-detail              GET                           401      404      404      404      200      404
api-notification-detail              POST PUT PATCH DELETE         401      405      405      405      405      405
api-notification-read                GET PUT PATCH DELETE          401      405      405      405      405      405
api-notification-read                POST                          401      404      404      404      200      404
api-notification-preference-list     GET                           401      200      200      200      200      200
api-notification-preference-list     POST PUT PATCH DELETE         401      405      405      405      405      405
api-notification-preference-detail   GET POST PATCH DELETE         401      405      405      405      405      405
api-notification-preference-detail   PUT                           401      200      200      200      200      200
"""
