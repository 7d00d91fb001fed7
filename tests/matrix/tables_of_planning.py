"""Scenarios and plans; see `tests.matrix.tables`."""

PAGES_OF_PLANNING = """\
plan_cases                           GET                           200      200      200      200      200      200
plan_cases                           POST PUT PATCH DELETE         405      405      405      405      405      405
plan_case                            GET                           200      200      200      200      200      200
plan_case                            POST PUT PATCH DELETE         405      405      405      405      405      405
programme_plans                      GET                         login      403      200      200      200      200
programme_plans                      POST PUT PATCH DELETE         405      405      405      405      405      405
programme_plan_new                   GET                         login      403      403      403      403      200
programme_plan_new                   POST                        login      403      403      403      403      302
programme_plan_new                   PUT PATCH DELETE              405      405      405      405      405      405
scenario                             GET                         login      404      404      404      404      200
scenario                             POST PUT PATCH DELETE         405      405      405      405      405      405
scenario_edit                        GET                         login      404      404      404      404      200
scenario_edit                        POST                        login      404      404      404      404      302
scenario_edit                        PUT PATCH DELETE              405      405      405      405      405      405
scenario_listings                    GET                         login      404      404      404      404      200
scenario_listings                    POST                        login      404      404      404      404      302
scenario_listings                    PUT PATCH DELETE              405      405      405      405      405      405
scenario_sites                       GET                         login      404      404      404      404      200
scenario_sites                       POST                        login      404      404      404      404      302
scenario_sites                       PUT PATCH DELETE              405      405      405      405      405      405
scenario_archive                     GET PUT PATCH DELETE          405      405      405      405      405      405
scenario_archive                     POST                        login      404      404      404      404      302
scenario_run                         GET PUT PATCH DELETE          405      405      405      405      405      405
scenario_run                         POST                        login      404      404      404      404      302
plan_run                             GET                         login      404      404      404      404      200
plan_run                             POST PUT PATCH DELETE         405      405      405      405      405      405
plan_run_progress                    GET                         login      404      404      404      404      204
plan_run_progress                    POST PUT PATCH DELETE         405      405      405      405      405      405
plan_run_cancel                      GET PUT PATCH DELETE          405      405      405      405      405      405
plan_run_cancel                      POST                        login      404      404      404      404      302
plan_run_publish                     GET PUT PATCH DELETE          405      405      405      405      405      405
plan_run_publish                     POST                        login      404      404      404      404      302
plan_run_study                       GET PUT PATCH DELETE          405      405      405      405      405      405
plan_run_study                       POST                        login      404      404      404      404      302
plan_run_synergy                     GET PUT PATCH DELETE          405      405      405      405      405      405
plan_run_synergy                     POST                        login      404      404      404      404      302
plan_run_compare                     GET                         login      404      404      404      404      200
plan_run_compare                     POST PUT PATCH DELETE         405      405      405      405      405      405
plan_run_csv                         GET                         login      404      404      404      404      200
plan_run_csv                         POST PUT PATCH DELETE         405      405      405      405      405      405
plan_run_xlsx                        GET                         login      404      404      404      404      200
plan_run_xlsx                        POST PUT PATCH DELETE         405      405      405      405      405      405
plan_run_lp                          GET                         login      404      404      404      404      200
plan_run_lp                          POST PUT PATCH DELETE         405      405      405      405      405      405
plan_run_mps                         GET                         login      404      404      404      404      200
plan_run_mps                         POST PUT PATCH DELETE         405      405      405      405      405      405
"""

API_OF_PLANNING = """\
api-scenario-list                    GET                           401      200      200      200      200      200
api-scenario-list                    POST                          401      403      403      403      403      201
api-scenario-list                    PUT PATCH DELETE              401      405      405      405      405      405
api-scenario-detail                  GET PATCH                     401      404      404      404      404      200
api-scenario-detail                  POST PUT DELETE               401      405      405      405      405      405
api-scenario-archive                 GET PUT PATCH DELETE          401      405      405      405      405      405
api-scenario-archive                 POST                          401      404      404      404      404      200
api-scenario-run                     GET PUT PATCH DELETE          401      405      405      405      405      405
api-scenario-run                     POST                          401      404      404      404      404      201
api-scenario-suppose                 GET PUT PATCH DELETE          401      405      405      405      405      405
api-scenario-suppose                 POST                          401      404      404      404      404      200
api-plan-run-list                    GET                           401      200      200      200      200      200
api-plan-run-list                    POST PUT PATCH DELETE         401      405      405      405      405      405
api-plan-run-detail                  GET                           401      404      404      404      404      200
api-plan-run-detail                  POST PUT PATCH DELETE         401      405      405      405      405      405
api-plan-run-cancel                  GET PUT PATCH DELETE          401      405      405      405      405      405
api-plan-run-cancel                  POST                          401      404      404      404      404      409
api-plan-run-publish                 GET PUT PATCH DELETE          401      405      405      405      405      405
api-plan-run-publish                 POST                          401      404      404      404      404      200
api-plan-run-result                  GET                           401      404      404      404      404      200
api-plan-run-result                  POST PUT PATCH DELETE         401      405      405      405      405      405
api-plan-run-study                   GET PUT PATCH DELETE          401      405      405      405      405      405
api-plan-run-study                   POST                          401      404      404      404      404      200
"""
