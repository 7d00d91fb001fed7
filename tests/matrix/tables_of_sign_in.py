"""The expectations of the pages for signing in, as those of `tests.matrix.tables`."""

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
mfa_index                            GET                         login      200      200      200      200      200
mfa_index                            POST PUT PATCH DELETE       login      405      405      405      405      405
mfa_authenticate                     GET POST PUT PATCH DELETE    login      302      302      302      302      302
mfa_reauthenticate                   GET POST PUT PATCH DELETE    login      302      302      302      302      302
mfa_activate_totp                    GET POST PUT PATCH DELETE    login      302      302      302      302      302
mfa_deactivate_totp                  GET POST PUT PATCH DELETE    login      404      404      404      404      404
mfa_view_recovery_codes              GET                         login      404      404      404      404      404
mfa_view_recovery_codes              POST PUT PATCH DELETE       login      405      405      405      405      405
mfa_generate_recovery_codes          GET POST PUT PATCH DELETE    login      302      302      302      302      302
mfa_download_recovery_codes          GET POST PUT PATCH DELETE    login      404      404      404      404      404
mfa_list_webauthn                    GET                         login      200      200      200      200      200
mfa_list_webauthn                    POST PUT PATCH DELETE       login      405      405      405      405      405
mfa_add_webauthn                     GET POST PUT PATCH DELETE    login      302      302      302      302      302
mfa_reauthenticate_webauthn          GET POST PUT PATCH DELETE    login      302      302      302      302      302
mfa_remove_webauthn                  GET POST PUT PATCH DELETE    login      302      302      302      302      302
mfa_edit_webauthn                    GET POST PUT PATCH DELETE    login      302      302      302      302      302
mfa_login_webauthn                   GET POST PUT                login      302      302      302      302      302
mfa_login_webauthn                   PATCH DELETE                  405      302      302      302      302      302
usersessions_list                    GET                         login      200      200      200      200      200
usersessions_list                    POST PUT                    login      302      302      302      302      302
usersessions_list                    PATCH DELETE                login      405      405      405      405      405
"""
