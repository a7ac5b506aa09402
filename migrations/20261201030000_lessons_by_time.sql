-- What people gave and took in a time, whatever the area: participation, thanks, flow between teams.
create index lesson_by_time on lesson (installation_id, at);
