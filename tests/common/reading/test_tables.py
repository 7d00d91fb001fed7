"""CSV tables: what is wrong with them is said by file, row and column."""

from pathlib import Path

import pytest

from common.reading.tables import TableError, read_rows, read_table, unique_cell


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "things.csv"


def test_cells_are_read_by_column_and_row_with_a_mark_of_the_byte_order(written: Path) -> None:
    written.write_bytes('\ufeffname,size\n Ørsted ,"1,5"\n'.encode())
    [row] = read_rows(written.parent, written.name, ("size", "name"))
    assert (row.number, row["name"], row["size"]) == (2, "Ørsted", "1,5")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"name\nx\n", "things.csv, row 1: the columns size are missing"),
        (b"", "things.csv, row 1: the columns name, size are missing"),
        (b"name,size\nx\n", "things.csv, row 2: has 1 cells; the header has 2"),
        (b"name,size\nx,1\nx,1,5\n", "things.csv, row 3: has 3 cells; the header has 2"),
        (b"name,size\n\xe6,1\n", "things.csv: is not UTF-8"),
    ],
)
def test_wrong_file_is_told_by_its_place(written: Path, text: bytes, said: str) -> None:
    written.write_bytes(text)
    with pytest.raises(TableError) as caught:
        read_rows(written.parent, written.name, ("name", "size"))
    assert str(caught.value).startswith(said)


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"no\.csv: is missing in"):
        read_rows(tmp_path, "no.csv", ())


def test_ragged_lines_are_taken_where_that_is_asked_for(written: Path) -> None:
    written.write_bytes(b"name,size\nx\n\ny,1,2\nz\0,3\n")
    found = [(row.number, dict(row.cells)) for row in read_table(written, ragged=True).rows]
    assert found == [
        (2, {"name": "x", "size": ""}),
        (4, {"name": "y", "size": "1"}),
        (5, {"name": "z", "size": "3"}),
    ]


def test_error_of_a_cell_knows_its_place(written: Path) -> None:
    written.write_bytes(b"name\na\na\n")
    first, second = read_rows(written.parent, written.name, ("name",))
    seen: dict[str, int] = {}
    unique_cell(first, "name", seen)
    with pytest.raises(TableError) as caught:
        unique_cell(second, "name", seen)
    wrong = caught.value
    assert (wrong.file, wrong.row, wrong.column) == ("things.csv", 3, "name")
    assert str(wrong) == "things.csv, row 3, column name: “a” stands in row 2 already; it must be unique"
