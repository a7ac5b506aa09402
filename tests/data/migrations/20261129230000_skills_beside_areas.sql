update comment set hunk_signs = '{"language": "C++"}';
update lesson set skills = '{tech:googletest,own:payments}';
