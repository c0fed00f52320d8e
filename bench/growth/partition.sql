-- Run by `npm run bench -- --partition N` and explained in docs/scale.md. :corte is an id that evento will reach tomorrow.
-- `set search_path = logistica` first; as the role that owns the schema.

-- paso: comprobar el límite (la plataforma sigue)
alter table evento add constraint evento_antes_de_corte check (id < :corte) not valid;
alter table evento validate constraint evento_antes_de_corte;

-- paso: dividir evento (la plataforma espera)
begin;
set local lock_timeout = '3s';
lock table evento in access exclusive mode;
alter table evento alter column id drop identity;
alter table evento rename to evento_hasta_corte;
alter index evento_pkey rename to evento_hasta_corte_pkey;
alter index evento_por_tarea rename to evento_hasta_corte_por_tarea;
alter index evento_firma_rechazada rename to evento_hasta_corte_firma_rechazada;
create table evento (like evento_hasta_corte) partition by range (id);
alter table evento add constraint evento_pkey primary key (id);
create index evento_por_tarea on evento (task_id, id) where task_id is not null;
create index evento_firma_rechazada on evento (momento) where tipo = 'firma_rechazada';
create sequence evento_id_seq owned by evento.id;
select setval('evento_id_seq', (select max(id) from evento_hasta_corte));
alter table evento alter column id set default nextval('evento_id_seq');
alter table evento attach partition evento_hasta_corte for values from (minvalue) to (:corte);
alter table evento_hasta_corte drop constraint evento_antes_de_corte;
create table evento_siguiente partition of evento for values from (:corte) to (:siguiente);
create table evento_resto partition of evento default;
commit;

-- paso: separar la partición vieja (la plataforma sigue)
alter table evento detach partition evento_hasta_corte;

-- paso: borrarla
drop table evento_hasta_corte;

-- paso: retirar un lote de entregas viejas (la plataforma sigue; se repite hasta que no quede ninguna)
begin;
create temp table vieja on commit drop as
  select id from entrega where estado in ('ENTREGADA', 'CANCELADA') and actualizada < :antes order by id limit 5000;
create temp table suya on commit drop as select task_id from tarea where entrega_id in (select id from vieja);
analyze vieja; analyze suya;
delete from entrega_historial where entrega_id in (select id from vieja);
delete from confirmacion where entrega_id in (select id from vieja);
delete from entrega_item where entrega_id in (select id from vieja);
delete from tarea_procesada where task_id in (select task_id from suya);
delete from tarea where task_id in (select task_id from suya);
delete from entrega_foto where entrega_id in (select id from vieja);
delete from entrega_enlace where entrega_id in (select id from vieja);
delete from entrega where id in (select id from vieja);
commit;
