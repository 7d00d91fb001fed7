"""Planning in the worker: thin."""

from celery import shared_task

from planning.services import runs, studies, working


@shared_task
def solve_run(run_id: int) -> None:
    """Search for the best plan of a run, unless another worker does or did."""
    working.work_run(run_id=run_id)


@shared_task
def work_study(study_id: int) -> None:
    """Work out a study of a plan, unless another worker does or did."""
    studies.work_study(study_id=study_id)


@shared_task
def sweep_runs() -> None:
    """Take up what lost its worker, and tell of what waits; beat calls this every few seconds."""
    runs.sweep_runs()
