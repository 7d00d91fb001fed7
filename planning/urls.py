from django.urls import path

from planning.views.cases import plan_case, plan_cases
from planning.views.exports import plan_run_flows, plan_run_model
from planning.views.runs import (
    plan_run,
    plan_run_cancel,
    plan_run_compare,
    plan_run_progress,
    plan_run_publish,
    plan_run_study,
    plan_run_synergy,
)
from planning.views.scenarios import (
    programme_plan_new,
    programme_plans,
    scenario,
    scenario_archive,
    scenario_edit,
    scenario_listings,
    scenario_run,
    scenario_sites,
)

urlpatterns = [
    path("planning/cases/", plan_cases, name="plan_cases"),
    path("planning/cases/<slug:name>/", plan_case, name="plan_case"),
    path("programmes/<slug:slug>/plans/", programme_plans, name="programme_plans"),
    path("programmes/<slug:slug>/plans/new/", programme_plan_new, name="programme_plan_new"),
    path("planning/scenarios/<int:pk>/", scenario, name="scenario"),
    path("planning/scenarios/<int:pk>/edit/", scenario_edit, name="scenario_edit"),
    path("planning/scenarios/<int:pk>/listings/", scenario_listings, name="scenario_listings"),
    path("planning/scenarios/<int:pk>/sites/", scenario_sites, name="scenario_sites"),
    path("planning/scenarios/<int:pk>/archive/", scenario_archive, name="scenario_archive"),
    path("planning/scenarios/<int:pk>/run/", scenario_run, name="scenario_run"),
    path("planning/runs/<int:pk>/", plan_run, name="plan_run"),
    path("planning/runs/<int:pk>/progress/", plan_run_progress, name="plan_run_progress"),
    path("planning/runs/<int:pk>/cancel/", plan_run_cancel, name="plan_run_cancel"),
    path("planning/runs/<int:pk>/publish/", plan_run_publish, name="plan_run_publish"),
    path("planning/runs/<int:pk>/study/", plan_run_study, name="plan_run_study"),
    path("planning/runs/<int:pk>/synergy/", plan_run_synergy, name="plan_run_synergy"),
    path("planning/runs/<int:pk>/compare/", plan_run_compare, name="plan_run_compare"),
    path("planning/runs/<int:pk>/plan.csv", plan_run_flows, {"kind": "csv"}, name="plan_run_csv"),
    path("planning/runs/<int:pk>/plan.xlsx", plan_run_flows, {"kind": "xlsx"}, name="plan_run_xlsx"),
    path("planning/runs/<int:pk>/plan.lp", plan_run_model, {"kind": "lp"}, name="plan_run_lp"),
    path("planning/runs/<int:pk>/plan.mps", plan_run_model, {"kind": "mps"}, name="plan_run_mps"),
]
